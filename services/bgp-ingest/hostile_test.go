package bgpingest

import (
	"encoding/binary"
	"log/slog"
	"runtime"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

// largest is the longest body of a BGP message (RFC 8654 §3).
const largest = 65535 - 19

// tlv is a type, a length and a value.
func tlv(typ uint16, value ...byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, typ)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// fill repeats TLVs for as long as they fit.
func fill(size int, next func(i int) []byte) (b []byte) {
	for i := 0; ; i++ {
		t := next(i)
		if len(b)+len(t) > size {
			return b
		}
		b = append(b, t...)
	}
}

// updateOf is an UPDATE body of NLRIs and a BGP-LS attribute.
func updateOf(nlris, attribute []byte) []byte {
	path := func(typ byte, value []byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0x90, typ}, uint16(len(value))), value...)
	}
	b := path(bgpls.AttributeMPReach, append([]byte{0x40, 0x04, bgpls.SAFI, 0, 0}, nlris...))
	b = append(b, path(bgpls.AttributeBGPLS, attribute)...)
	return append(binary.BigEndian.AppendUint16([]byte{0, 0}, uint16(len(b))), b...)
}

// smallPrefix is the i-th of as many IPv4 prefixes as there are, in as few octets as there can be.
func smallPrefix(i int) []byte {
	head := []byte{2, 0, 0, 0, 0, 0, 0, byte(i >> 16), byte(i >> 8), byte(i)}
	return tlv(3, append(head[:9:9], append(tlv(256), tlv(265, 24, byte(i>>16), byte(i>>8), byte(i))...)...)...)
}

// TestHostileUpdate takes the largest UPDATEs that were made to cost much memory: each
// costs what is in proportion to its size, from the bytes to the records.
func TestHostileUpdate(t *testing.T) {
	const most = 4 << 20
	member := func(i int) []byte { return tlv(bgpls.TLVL2BundleMember, 0, 0, byte(i>>8), byte(i)) }
	for _, test := range []struct {
		name string
		body []byte
	}{
		{"many objects with a large attribute", updateOf(fill(largest/2, smallPrefix), fill(largest/2-50, member))},
		{"many objects", updateOf(fill(largest-50, smallPrefix), tlv(bgpls.TLVPrefixMetric, 0, 0, 0, 10))},
		{"many members", updateOf(smallPrefix(0), fill(largest-100, member))},
		{"many unknown TLVs", updateOf(smallPrefix(0), fill(largest-100, func(i int) []byte { return tlv(uint16(2000 + i)) }))},
		{"many malformed TLVs", updateOf(smallPrefix(0), fill(largest-100, func(int) []byte { return tlv(bgpls.TLVNodeFlags) }))},
		{"many malformed NLRIs", updateOf(fill(largest-50, func(int) []byte { return tlv(3) }), nil)},
		{"many unknown NLRIs", updateOf(fill(largest-50, func(i int) []byte { return tlv(7, 2, 0, 0, 0, 0, 0, 0, byte(i>>8), byte(i)) }), nil)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if len(test.body) > largest || len(test.body) < largest-1000 {
				t.Fatalf("body of %d octets", len(test.body))
			}
			allocated, records, size := allocatedBy(t, test.body)
			for range 2 { // what others of this process do meanwhile does not count
				again, _, _ := allocatedBy(t, test.body)
				allocated = min(allocated, again)
			}
			t.Logf("%d bytes allocated, %d records of %d bytes", allocated, records, size)
			if allocated > most {
				t.Errorf("%d bytes allocated for a message of %d, want at most %d", allocated, len(test.body), most)
			}
		})
	}
}

// allocatedBy is how many bytes an UPDATE costs from a session to the records, of which
// there are so many and so large.
func allocatedBy(t *testing.T, body []byte) (allocated uint64, records, size int) {
	tracer, _, err := service.NewTracer(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	rt, err := service.NewRuntime("test", slog.New(slog.DiscardHandler), prometheus.NewRegistry(), tracer)
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan stream.Event[Event], 16)
	l, err := newListener(events, Config{}, rt)
	if err != nil {
		t.Fatal(err)
	}
	serde := streamtest.Serde[schemas.RawTopology](t, schemas.RawTopologyTopic)
	machine := stream.NewMachine(watched(Spec(Config{Topology: "default", StaleTime: staleTime, MaxObjects: 1_000_000}, serde), &speakerMetrics{}, l))
	machine.Apply(TakenOver{}, stream.Cause{})
	machine.Apply(Up{Source: "bgp:192.0.2.1"}, stream.Cause{})
	machine.Flush()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l.tell(t.Context(), "bgp:192.0.2.1", body, bgpls.NoPathIDs)
	for len(events) > 0 {
		machine.Apply((<-events).Event, stream.Cause{})
	}
	changes, _ := machine.Flush()
	runtime.ReadMemStats(&after)
	for _, c := range changes {
		size += len(*c.Value)
	}
	return after.TotalAlloc - before.TotalAlloc, len(changes), size
}
