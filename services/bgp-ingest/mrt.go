package bgpingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/mrt"
)

const messageUpdate = 2 // BGP message type (RFC 4271 §4.1)

// readMRT tells what the speakers of an MRT file said, and, when it was read whole,
// that they have no more to say: of a table dump, that the table is complete. Each peer
// of the file is a speaker of its own.
func (l *listener) readMRT(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("MRT_FILES: %w", err)
	}
	defer f.Close()
	speakers := map[netip.Addr]string{}
	reader := mrt.NewReader(f)
	for ctx.Err() == nil {
		r, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			for _, source := range speakers {
				l.send(ctx, Update{Source: source, Update: bgpls.Update{EndOfRIB: true}})
			}
			l.log.Info("MRT file read", "file", path, "speakers", len(speakers), "records_skipped", reader.Skipped())
			return nil
		case mrt.Skippable(err):
			l.bad(ctx, path, "mrt", err)
		case err != nil:
			if errors.Is(err, mrt.ErrDamaged) {
				l.bad(ctx, path, "mrt", err)
			}
			l.log.Error("MRT file not read to its end; its speakers stay unsynced", "file", path, "error", err)
			return nil
		default:
			l.replay(ctx, path, r, speakers)
		}
	}
	return ctx.Err()
}

// replay tells one record of an MRT file.
func (l *listener) replay(ctx context.Context, path string, r mrt.Record, speakers map[netip.Addr]string) {
	source, known := speakers[r.Peer]
	up := r.NewState == mrt.Established || r.Type != 0 && !known
	if up {
		source = mrtSource(path, r.Peer)
		speakers[r.Peer] = source
		l.send(ctx, Up{Source: source, ASN: r.PeerASN})
	}
	if known && r.OldState == mrt.Established && r.NewState != mrt.Established {
		l.send(ctx, Down{Source: source, Reason: "so says the file"})
	}
	if r.Type == messageUpdate {
		l.tell(ctx, source, r.Body, bgpls.NoPathIDs)
	}
}

const mrtSourcePrefix = "mrt:"

func mrtSource(path string, peer netip.Addr) string {
	return mrtSourcePrefix + filepath.Base(path) + "/" + peer.String()
}
