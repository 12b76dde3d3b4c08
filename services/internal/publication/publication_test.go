package publication

import (
	"fmt"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// hops are costs of 1 between some PIDs.
type hops int

func (h hops) PIDs() (pids []string) {
	for i := range int(h) {
		pids = append(pids, fmt.Sprintf("pid%03d", i))
	}
	return pids
}

func (h hops) Row(from int, costs []float64) {
	for to := range costs {
		costs[to] = 1
	}
	costs[from] = 0
}

// TestOneAfterAnother publishes maps of which each takes several calls, and one that takes one: this one is there at
// once, and of the others the first is whole long before the second is.
func TestOneAfterAnother(t *testing.T) {
	limits := versioned.Limits{Inline: 2000, Record: 1 << 20, Flush: 1000, Slots: 16}
	maps := New(func(id string) *versioned.Writer[versioned.CostRecord, alto.Costs] {
		return versioned.NewCostWriter(id, limits)
	})
	maps.Sweep()
	head := func(string) *versioned.CostRecord { return &versioned.CostRecord{Meta: &schemas.CostMapMeta{}} }
	all := []Map[versioned.CostRecord, alto.Costs]{
		{ID: "a", Of: hops(40), Head: head}, {ID: "b", Of: hops(40), Head: head}, {ID: "small", Of: hops(4), Head: head},
	}
	whole := map[string]int{} // the call after which a map was whole
	for call, more := 0, true; more; call++ {
		var records []stream.Output[versioned.CostRecord]
		if records, more = maps.Publish(all...); call > 1000 {
			t.Fatal("there is no end to it")
		}
		for _, r := range records {
			if _, rest := versioned.ResourceOf(r.Key); rest == "" {
				whole[r.Key] = call
			}
		}
	}
	if len(whole) != 3 || whole["small"] != 0 || whole["a"] < 5 || whole["b"] < whole["a"]+5 {
		t.Errorf("maps were whole after calls %v", whole)
	}
}
