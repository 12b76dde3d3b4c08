package versioned

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

var nan = math.NaN()

// TestTooLarge has a PID with more prefixes than a record takes, and then fewer.
func TestTooLarge(t *testing.T) {
	w := NewNetworkWriter("networkmap-net", Limits{Inline: 1 << 10, Record: 4 << 10, Flush: 8 << 20, Slots: 16})
	network := func(prefixes int) alto.NetworkMap {
		m := alto.NetworkMap{"a": {IPv4: []string{"192.0.2.0/24"}}}
		var group schemas.EndpointAddressGroup
		for i := range prefixes {
			group.IPv4 = append(group.IPv4, fmt.Sprintf("10.%d.%d.0/24", i/256, i%256))
		}
		m["b"] = group
		return m
	}
	head := func(tag string) *schemas.NetworkMap {
		return &schemas.NetworkMap{Meta: &schemas.NetworkMapMeta{VTag: schemas.VersionTag{ResourceID: "networkmap-net", Tag: tag}}}
	}
	w.Publish(network(200), head)
	out, _ := w.Publish(network(1000), head)
	if r := out[0]; r.Key != "networkmap-net" || r.Value != nil || !strings.HasPrefix(r.Reason, "too-large: the record of b takes ") {
		t.Errorf("put out %+v first, want the map withdrawn", r)
	}
	if w.Problem() == "" || w.Holds() {
		t.Errorf("problem %q, holds %t", w.Problem(), w.Holds())
	}
	if out, _ := w.Publish(network(1000), head); len(out) > 0 {
		t.Errorf("the same again puts out %d records", len(out))
	}
	if out, _ := w.Publish(network(200), head); len(out) != 3 || w.Problem() != "" {
		t.Errorf("a map that fits is %d records, want two parts and a head; problem %q", len(out), w.Problem())
	}
}

// TestOctets changes a few columns of a map many times more often than there are slots: no
// publication takes more than is promised, though all rows are written as parts meanwhile.
func TestOctets(t *testing.T) {
	serde := streamtest.Serde[CostRecord](t, schemas.CostMapsTopic)
	limits := standard
	limits.Inline, limits.Slots = 64<<10, 128
	w := NewCostWriter("costmap-net-routingcost", limits)
	const n = 120
	parts := 0
	for version := range 400 {
		m := generate(n, float64(version))
		out, more := w.Publish(m, func(string) *CostRecord { return &CostRecord{Meta: &schemas.CostMapMeta{}} })
		octets := 0
		for _, r := range out {
			text, err := serde.Encode(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			octets += len(r.Key) + len(text)
			if version > 0 && strings.HasPrefix(r.Key, w.id+"|pid") {
				parts++
			}
		}
		if more {
			t.Fatal("a small map in portions")
		}
		if most := 40*n + 4<<10; version > 0 && octets > most {
			t.Errorf("version %d takes %d octets, want %d at most", version, octets, most)
		}
	}
	if parts < 2*n {
		t.Errorf("%d rows are written as parts, want each of %d several times", parts, n)
	}
}

// TestBackAgain withdraws a map and publishes it again: nothing of it is in the topic any more, though no cost has changed.
func TestBackAgain(t *testing.T) {
	m := matrix{pids: []string{"a", "b"}, rows: [][]float64{{0, 1}, {2, 0}}, state: new(int)}
	w, r := NewCostWriter("map", Limits{Inline: 1, Record: 1 << 20, Flush: 1 << 20, Slots: 8}), NewCostReader()
	head := func(string) *CostRecord { return &CostRecord{Meta: &schemas.CostMapMeta{}} }
	for n := range 2 {
		records, _ := w.Publish(m, head)
		var shown *CostMap
		for _, record := range records {
			if _, state, costs := r.Take(record.Key, record.Value); state == Shown {
				shown = costs
			}
		}
		if shown == nil || !cmp.Equal(plainCosts(shown), plainCosts(m)) {
			t.Errorf("publication %d shows %v, want %v", n, shown, m)
		}
		for _, record := range w.Withdraw("gone") {
			r.Take(record.Key, record.Value)
		}
	}
}

// TestEndless has a map change as a whole faster than it is published: that is told, and readers keep the map from before; when
// it rests, they get it.
func TestEndless(t *testing.T) {
	const n = 40
	limits := Limits{Inline: 1, Record: 1 << 20, Flush: 4000, Slots: 16}
	w, r := NewCostWriter("map", limits), NewCostReader()
	shown := 0
	publish := func(cost float64) (more bool) {
		m := matrix{pids: generate(n, 0).PIDs()}
		for range n {
			m.rows = append(m.rows, slices.Repeat([]float64{cost}, n))
		}
		records, more := w.Publish(m, func(string) *CostRecord { return &CostRecord{Meta: &schemas.CostMapMeta{}} })
		for _, record := range records {
			if _, state, _ := r.Take(record.Key, record.Value); state == Shown {
				shown++
			}
		}
		return more
	}
	for publish(0) {
		if w.Problem() != "" {
			t.Errorf("of a map that does not change: %s", w.Problem())
		}
	}
	for call := 0; w.Problem() == ""; call++ {
		if publish(float64(1 + call)); call > 4*n {
			t.Fatal("it is not told that there is no end to it")
		}
	}
	if shown != 1 {
		t.Errorf("%d maps are shown, want the first", shown)
	}
	for publish(1000) {
	}
	if shown != 2 || w.Problem() != "" {
		t.Errorf("%d maps are shown, want two; problem %q", shown, w.Problem())
	}
}
