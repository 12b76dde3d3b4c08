package bgpingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/mrt"
)

const messageUpdate = 2 // BGP message type (RFC 4271 §4.1)

// fileSpeaker is a peer of an MRT file. It is a speaker from the first thing of BGP-LS
// that it tells.
type fileSpeaker struct {
	source string
	up     bool
}

// mrtFile is an MRT file that is being read.
type mrtFile struct {
	*listener
	path     string
	speakers map[netip.Addr]*fileSpeaker
	began    int // how many speakers there were
}

// readMRT tells what the speakers of an MRT file said, and, when it was read whole,
// that they have no more to say: of a table dump, that the table is complete. Where the
// file is damaged its speakers count as lost, like those of a session.
func (l *listener) readMRT(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("MRT_FILES: %w", err)
	}
	defer f.Close()
	file := &mrtFile{listener: l, path: path, speakers: map[netip.Addr]*fileSpeaker{}}
	reader := mrt.NewReader(f)
	for ctx.Err() == nil {
		r, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			file.end(ctx, reader.Skipped())
			return nil
		case mrt.Skippable(err):
			l.bad(ctx, path, "mrt", err)
		case err != nil:
			file.fail(ctx, err)
			return nil
		default:
			file.replay(ctx, r)
		}
	}
	return ctx.Err()
}

// end tells that the file was read whole.
func (f *mrtFile) end(ctx context.Context, skipped int) {
	for _, sp := range f.speakers {
		if sp.up {
			f.send(ctx, Update{Source: sp.source, Update: bgpls.Update{EndOfRIB: true, EndOfRIBVPN: true}})
		}
	}
	f.log.Info("MRT file read", "file", f.path, "speakers", f.began, "records_skipped", skipped)
	if f.began == 0 {
		f.log.Warn("MRT file has nothing of BGP-LS (AFI 16388) in it", "file", f.path, "peers", len(f.speakers), "records_skipped", skipped)
	}
}

// fail tells that the rest of the file cannot be read.
func (f *mrtFile) fail(ctx context.Context, err error) {
	if errors.Is(err, mrt.ErrDamaged) {
		f.bad(ctx, f.path, "mrt", err)
	}
	f.log.Error("MRT file not read to its end; what its speakers said is kept for the stale time", "file", f.path, "error", err)
	for _, sp := range f.speakers {
		f.lose(ctx, sp, "the file was not read to its end: "+err.Error(), time.Now())
	}
}

// replay tells one record.
func (f *mrtFile) replay(ctx context.Context, r mrt.Record) {
	sp := f.speakers[r.Peer]
	if sp == nil {
		sp = &fileSpeaker{source: mrtSource(f.path, r.Peer)}
		f.speakers[r.Peer] = sp
	}
	if r.OldState == mrt.Established && r.NewState != mrt.Established {
		f.lose(ctx, sp, "so says the file", r.Time)
	}
	if r.Type != messageUpdate {
		return
	}
	p := bgpls.NoPathIDs
	if r.PathIDs {
		p = bgpls.WantedPathIDs
	}
	if !sp.up {
		begins, withdraws := f.peek(ctx, sp.source, r.Body, p)
		switch {
		case begins:
			sp.up = true
			f.began++
			f.send(ctx, Up{Source: sp.source, ASN: r.PeerASN, At: r.Time})
		case !withdraws:
			return
		}
	}
	f.tell(ctx, sp.source, r.Body, p)
}

func (f *mrtFile) lose(ctx context.Context, sp *fileSpeaker, reason string, at time.Time) {
	if sp.up {
		sp.up = false
		f.send(ctx, Down{Source: sp.source, Reason: reason, At: at})
	}
}

const mrtSourcePrefix = "mrt:"

func mrtSource(path string, peer netip.Addr) string { return mrtFileSource(path) + peer.String() }

// mrtFileSource begins the sources of a file's speakers.
func mrtFileSource(path string) string { return mrtSourcePrefix + filepath.Base(path) + "/" }
