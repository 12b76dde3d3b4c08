package versioned

import (
	"fmt"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

// generated is costs between n PIDs; those to every 200th are higher by more.
type generated struct {
	pids []string
	more float64
}

func generate(n int, more float64) generated {
	g := generated{more: more}
	for i := range n {
		g.pids = append(g.pids, fmt.Sprintf("pid100:%08x", i))
	}
	return g
}

func (g generated) PIDs() []string { return g.pids }

func (g generated) Row(from int, costs []float64) {
	for to := range costs {
		costs[to] = float64((from*31+to*17)%1000) + 1
	}
	for to := 7; to < len(costs); to += 200 {
		costs[to] += g.more
	}
	costs[from] = 0
}

func (g generated) Whole(from int, costs []uint32) bool {
	row := make([]float64, len(costs))
	g.Row(from, row)
	for to, cost := range row {
		costs[to] = uint32(cost)
	}
	return true
}

// standard are the limits of the configuration's defaults.
var standard = Limits{Inline: 512 << 10, Record: 990_000, Flush: 8 << 20, Slots: 1024}

// TestThroughTheTopic writes and reads a large map as the octets that are in the topic.
func TestThroughTheTopic(t *testing.T) {
	serde := streamtest.Serde[CostRecord](t, schemas.CostMapsTopic)
	w, r := NewCostWriter("costmap-net-routingcost", standard), NewCostReader()
	for _, m := range []generated{generate(301, 0), generate(301, 5), generate(302, 5)} {
		var shown *CostMap
		for more := true; more; {
			var out []Record[CostRecord]
			out, more = w.Publish(m, func(string) *CostRecord { return &CostRecord{Meta: &schemas.CostMapMeta{}} })
			for _, record := range out {
				b, err := serde.Encode(record.Value)
				if err != nil {
					t.Fatal(err)
				}
				v, err := serde.Decode(b)
				if err != nil {
					t.Fatal(err)
				}
				if _, state, whole := r.Take(record.Key, v); state == Shown {
					shown = whole
				}
			}
		}
		if shown == nil {
			t.Fatal("the map is not shown")
		}
		want, got := alto.CostMapOf(m), alto.CostMapOf(shown)
		for from := range want {
			for to, cost := range want[from] {
				if got[from][to] != cost {
					t.Fatalf("%s to %s: got %v, want %v", from, to, got[from][to], cost)
				}
			}
		}
	}
}
