package router

import (
	"errors"
	"io"
	"net/netip"
	"os"
	"slices"
	"sort"
	"time"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/mrt"
)

// recording is what one speaker sent.
type recording struct {
	peer    netip.Addr
	asn     uint32
	updates []update
}

// update is the body of an UPDATE message and when it came.
type update struct {
	at   time.Time
	body []byte
}

const updateMessage = 2 // RFC 4271 §4.1

// readRecordings reads the UPDATEs of an MRT file by speaker. A recording without
// End-of-RIB gets one at its end, as a collector waits for it.
func readRecordings(name string) ([]*recording, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	byAddress := map[netip.Addr]*recording{}
	reader := mrt.NewReader(file)
	for {
		record, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if record.Type != updateMessage {
			continue
		}
		r := byAddress[record.Peer]
		if r == nil {
			r = &recording{peer: record.Peer, asn: record.PeerASN}
			byAddress[record.Peer] = r
		}
		r.updates = append(r.updates, update{record.Time, record.Body})
	}
	if len(byAddress) == 0 {
		return nil, errors.New("there is no UPDATE in it")
	}
	var recordings []*recording
	for _, r := range byAddress {
		r.complete()
		recordings = append(recordings, r)
	}
	slices.SortFunc(recordings, func(a, b *recording) int { return a.peer.Compare(b.peer) })
	return recordings, nil
}

// complete adds End-of-RIB if there is none.
func (r *recording) complete() {
	for _, u := range r.updates {
		if decoded, _ := bgpls.DecodeUpdate(u.body); decoded.EndOfRIB {
			return
		}
	}
	end := r.updates[len(r.updates)-1].at
	r.updates = append(r.updates, update{end, bgpls.EncodeUpdate(nil, nil, nil, netip.Addr{})})
}

func (r *recording) first() time.Time { return r.updates[0].at }

// before is the number of updates before a time.
func (r *recording) before(t time.Time) int {
	return sort.Search(len(r.updates), func(i int) bool { return !r.updates[i].at.Before(t) })
}
