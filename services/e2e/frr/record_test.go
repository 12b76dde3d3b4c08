package frr

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/altostream/altostream/libs/mrt"
	"github.com/altostream/altostream/services/cost-builder/truthtest"
)

// recorder writes a folder like those of the cost-builder's testdata/truth.
type recorder struct {
	updates bytes.Buffer
	truthtest.Recording
}

// Subtypes of BGP4MP (RFC 6396 §4.4).
const (
	messageAS4     = 4
	stateChangeAS4 = 5
)

// write adds a BGP4MP_ET record (RFC 6396 §3, §4.4).
func (r *recorder) write(record mrt.Record) {
	const bgp4mpET = 17
	const ipv4 = 1
	body := binary.BigEndian.AppendUint32(nil, uint32(record.Time.Nanosecond()/1000))
	body = binary.BigEndian.AppendUint32(body, record.PeerASN)
	body = binary.BigEndian.AppendUint32(body, asn)
	body = append(body, 0, 0, 0, ipv4)
	body = append(append(body, record.Peer.AsSlice()...), 10, 99, 0, 1)
	subtype := uint16(stateChangeAS4)
	if record.Body == nil {
		body = binary.BigEndian.AppendUint16(body, record.OldState)
		body = binary.BigEndian.AppendUint16(body, record.NewState)
	} else {
		const header = 19 // RFC 4271 §4.1
		subtype = messageAS4
		body = append(body, bytes.Repeat([]byte{0xff}, 16)...)
		body = binary.BigEndian.AppendUint16(body, uint16(header+len(record.Body)))
		body = append(append(body, record.Type), record.Body...)
	}
	h := binary.BigEndian.AppendUint32(nil, uint32(record.Time.Unix()))
	h = binary.BigEndian.AppendUint16(h, bgp4mpET)
	h = binary.BigEndian.AppendUint16(h, subtype)
	h = binary.BigEndian.AppendUint32(h, uint32(len(body)))
	r.updates.Write(append(h, body...))
}

// save writes the folder, each state on a line of its own.
func (r *recorder) save(t testing.TB, folder string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	states, err := json.Marshal(r.Recording)
	if err != nil {
		t.Fatal(err)
	}
	states = bytes.ReplaceAll(states, []byte(`{"event":`), []byte("\n"+`{"event":`))
	for name, text := range map[string][]byte{"updates.mrt": r.updates.Bytes(), "states.json": append(states, '\n')} {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("recorded in %s", folder)
}
