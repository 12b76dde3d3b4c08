package publication

import (
	"fmt"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// same are costs of the same between some PIDs.
type same struct {
	count int
	cost  float64
}

func (s same) PIDs() (pids []string) {
	for i := range s.count {
		pids = append(pids, fmt.Sprintf("pid%03d", i))
	}
	return pids
}

func (s same) Row(from int, costs []float64) {
	for to := range costs {
		costs[to] = s.cost
	}
	costs[from] = 0
}

func head(string) *versioned.CostRecord { return &versioned.CostRecord{Meta: &schemas.CostMapMeta{}} }

// newMaps returns maps of which those of 40 PIDs take several calls each.
func newMaps() *Maps[versioned.CostRecord, alto.Costs] {
	limits := versioned.Limits{Inline: 2000, Record: 1 << 20, Flush: 1000, Slots: 16}
	maps := New(func(id string) *versioned.Writer[versioned.CostRecord, alto.Costs] {
		return versioned.NewCostWriter(id, limits)
	})
	maps.Sweep()
	return maps
}

// TestEndless has a map change as a whole at each call, so that there is no end to it: another is published nevertheless.
func TestEndless(t *testing.T) {
	maps := newMaps()
	for call := range 4 * mostAlone {
		records, _ := maps.Publish(
			Map[versioned.CostRecord, alto.Costs]{ID: "endless", Of: same{40, float64(call)}, Head: head},
			Map[versioned.CostRecord, alto.Costs]{ID: "other", Of: same{4, float64(call / mostAlone)}, Head: head})
		if call > 2*mostAlone && slices.ContainsFunc(records, func(r stream.Output[versioned.CostRecord]) bool { return r.Key == "other" }) {
			return
		}
	}
	t.Error("the other map is not published any more")
}

// TestOneAfterAnother publishes maps of which each takes several calls, and one that takes one: this one is there at
// once, and of the others the first is whole long before the second is.
func TestOneAfterAnother(t *testing.T) {
	maps := newMaps()
	all := []Map[versioned.CostRecord, alto.Costs]{
		{ID: "a", Of: same{40, 1}, Head: head}, {ID: "b", Of: same{40, 1}, Head: head}, {ID: "small", Of: same{4, 1}, Head: head},
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
