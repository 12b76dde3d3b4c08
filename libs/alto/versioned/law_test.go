package versioned

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/seeds"
	"github.com/altostream/altostream/schemas"
	"github.com/google/go-cmp/cmp"
)

const lawID = "map"

// entry is a record of a topic.
type entry[V any] struct {
	key   string
	value *V
}

// compacted returns a topic as a reader may find it: of records that a later one of their key
// follows some are gone, and so may be a null that is the last of its key, with all before it.
func compacted[V any](rng *rand.Rand, topic []entry[V]) []entry[V] {
	last := map[string]int{}
	for i, e := range topic {
		last[e.key] = i
	}
	gone := map[string]bool{}
	for key, i := range last {
		gone[key] = topic[i].value == nil && rng.IntN(2) == 0
	}
	share := rng.Float64()
	var left []entry[V]
	for i, e := range topic {
		if gone[e.key] || i < last[e.key] && rng.Float64() < share {
			continue
		}
		left = append(left, e)
	}
	return left
}

// follower is a reader and how far it is in the history.
type follower[V, M any] struct {
	reader *Reader[V, M]
	at     int // of the history, of what is shown; -1 = nothing yet
	shown  map[string]any
	kept   M // what is shown, as the reader gave it
}

// world is a topic, who writes it, who reads it, and which maps there were.
type world[V, S, M any] struct {
	rng       *rand.Rand
	limits    Limits
	newWriter func(Limits) *Writer[V, S]
	newReader func() *Reader[V, M]
	head      func(tag string, n int) *V // a record with a meta of which there are two
	content   func(M) map[string]any     // a map as readers have it, in plain values
	plain     func(S) map[string]any     // and as it is to be written
	topic     []entry[V]
	history   []map[string]any // nil = there is no map
	writer    *Writer[V, S]
	followers []*follower[V, M]
}

// write writes records, and stops after n of them: the writer is killed. Otherwise it goes on
// until there is no more.
func (w *world[V, S, M]) write(out []Record[V], n int) {
	for _, r := range out[:min(n, len(out))] {
		e := entry[V]{r.Key, r.Value}
		w.topic = append(w.topic, e)
		for _, f := range w.followers {
			w.read(f, e)
		}
	}
}

func (w *world[V, S, M]) restart() {
	w.writer = w.newWriter(w.limits)
	for _, e := range compacted(w.rng, w.topic) {
		_, rest := ResourceOf(e.key)
		w.writer.Restore(rest, e.value)
	}
}

func (w *world[V, S, M]) join() {
	f := &follower[V, M]{reader: w.newReader(), at: -1}
	for _, e := range compacted(w.rng, w.topic) {
		w.read(f, e)
	}
	w.followers = append(w.followers, f)
}

// read checks that what a reader shows next is a map of the history that is not before the one
// that it showed last.
func (w *world[V, S, M]) read(f *follower[V, M], e entry[V]) {
	_, state, m := f.reader.Take(e.key, e.value)
	if state == Unchanged {
		return
	}
	if f.shown != nil && !reflect.DeepEqual(f.shown, w.content(f.kept)) {
		panic("a map that is shown has changed")
	}
	f.shown, f.kept = nil, m
	if state == Shown {
		f.shown = w.content(m)
	}
	for i := max(f.at, 0); i < len(w.history); i++ {
		if reflect.DeepEqual(w.history[i], f.shown) {
			f.at = i
			return
		}
	}
	panic(fmt.Sprintf("a reader shows what is no map of the history after %d: %v", f.at, f.shown))
}

// end is how a publication ends.
type end int

const (
	finished end = iota
	killed       // on the way, maybe: the writer is started anew
	left         // on the way, maybe: another map is to be published
)

// publish has a map published. A nil map is withdrawn.
func (w *world[V, S, M]) publish(m *S, meta int, how end) (octets int) {
	if m == nil {
		w.history = append(w.history, nil)
	} else {
		w.history = append(w.history, w.plain(*m))
	}
	for more, n := true, 0; more; n++ {
		if n > 1000 {
			panic("there is no end to a publication")
		}
		var out []Record[V]
		more = false
		if m == nil {
			out = w.writer.Withdraw("gone")
		} else {
			if out, more = w.writer.Publish(*m, w.headOf(meta)); strings.HasPrefix(w.writer.Problem(), "too-large") {
				w.history[len(w.history)-1], m = nil, nil // it is withdrawn
			} else if w.writer.Published(w.headOf(meta)) == more {
				panic("the writer does not know how far the map is published")
			}
		}
		if how == killed && w.rng.IntN(2) == 0 {
			w.write(out, w.rng.IntN(len(out)+1))
			w.restart()
			return
		}
		w.write(out, len(out))
		octets += len(out)
		if more && how == left && w.rng.IntN(2) == 0 {
			return
		}
	}
	if m != nil {
		w.isPublished(*m, meta)
	}
	return octets
}

func (w *world[V, S, M]) headOf(meta int) func(tag string) *V {
	return func(tag string) *V { return w.head(tag, meta) }
}

// isPublished checks that the writer knows with which meta it has published a map, and does not again.
func (w *world[V, S, M]) isPublished(m S, meta int) {
	if w.writer.Published(w.headOf(1 - meta)) {
		panic("a map with another meta is held for what is published")
	}
	if out, more := w.writer.Publish(m, w.headOf(meta)); len(out) > 0 || more {
		panic("a map that is published is published again")
	}
}

// play plays a random history and checks the laws.
func (w *world[V, S, M]) play(t *testing.T, random func(rng *rand.Rand, last *S) *S) {
	defer func() {
		if failure := recover(); failure != nil {
			t.Fatal(failure)
		}
	}()
	w.history = []map[string]any{nil}
	w.writer = w.newWriter(w.limits)
	var last *S
	for range 60 {
		if w.rng.IntN(4) == 0 {
			w.join()
		}
		if w.rng.IntN(8) == 0 {
			w.restart()
		}
		if w.rng.IntN(16) == 0 {
			w.limits = []Limits{lawLimits, tightLimits}[w.rng.IntN(2)]
			w.limits.Slots = 2 + w.rng.Int64N(10)
			w.restart()
		}
		last = random(w.rng, last)
		w.publish(last, w.rng.IntN(2), []end{finished, finished, killed, left}[w.rng.IntN(4)])
	}
	w.publish(last, 0, finished)
	w.join()
	want := w.history[len(w.history)-1]
	for i, f := range w.followers {
		if diff := cmp.Diff(want, f.shown); diff != "" {
			t.Fatalf("reader %d of %d at the end (-want +got):\n%s", i, len(w.followers), diff)
		}
	}
	w.restart()
	if n := w.publish(last, 0, finished); n > 0 {
		t.Errorf("a restarted writer that has nothing to say writes %d records", n)
	}
	if h := w.writer.table.head; (h == nil || h.inline) && len(w.writer.parts)+len(w.writer.slots) > 0 {
		t.Error("parts or deltas are left of a map that is one record, or none")
	}
	if n, most := len(w.writer.parts)+len(w.writer.slots), len(want)+int(w.limits.Slots); n > most {
		t.Errorf("the topic holds %d keys of a map of %d rows", n, len(want))
	}
}

var (
	lawLimits   = Limits{Inline: 340, Record: 1 << 20, Flush: 2000, Slots: 8}
	tightLimits = Limits{Inline: 290, Record: 290, Flush: 2000, Slots: 8} // some rows are too large for a record
)

func TestCostMapsOfRandomHistories(t *testing.T) {
	for seed := range seeds.Of(25) {
		w := &world[CostRecord, alto.Costs, *CostMap]{
			rng: rand.New(rand.NewPCG(seed, 0)), limits: lawLimits,
			newWriter: func(l Limits) *Writer[CostRecord, alto.Costs] { return NewCostWriter(lawID, l) },
			newReader: NewCostReader,
			head: func(_ string, n int) *CostRecord {
				return &CostRecord{Meta: &schemas.CostMapMeta{Sources: &schemas.Sources{Count: int32(n)}}}
			},
			content: func(m *CostMap) map[string]any { return plainCosts(m) },
			plain:   plainCosts,
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) { w.play(t, randomCosts) })
	}
}

func TestNetworkMapsOfRandomHistories(t *testing.T) {
	for seed := range seeds.Of(50) {
		w := &world[schemas.NetworkMap, alto.NetworkMap, *schemas.NetworkMap]{
			rng: rand.New(rand.NewPCG(seed, 0)), limits: lawLimits,
			newWriter: func(l Limits) *Writer[schemas.NetworkMap, alto.NetworkMap] { return NewNetworkWriter(lawID, l) },
			newReader: NewNetworkReader,
			head: func(tag string, n int) *schemas.NetworkMap {
				return &schemas.NetworkMap{Meta: &schemas.NetworkMapMeta{
					VTag: schemas.VersionTag{ResourceID: lawID, Tag: tag}, Sources: &schemas.Sources{Count: int32(n)},
				}}
			},
			content: func(m *schemas.NetworkMap) map[string]any { return plainGroups(m.NetworkMap) },
			plain:   plainGroups,
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) { w.play(t, randomGroups) })
	}
}

func plainCosts(c alto.Costs) map[string]any {
	plain := map[string]any{}
	for pid, row := range alto.CostMapOf(c) {
		plain[pid] = row
	}
	return plain
}

func plainGroups(m alto.NetworkMap) map[string]any {
	plain := map[string]any{}
	for pid, group := range m {
		plain[pid] = group
	}
	return plain
}

// matrix is costs written down whole.
type matrix struct {
	pids         []string
	rows         [][]float64
	state, since *int      // nil = not known
	changed      [][]int32 // since that
}

func (m matrix) PIDs() []string                { return m.pids }
func (m matrix) Row(from int, costs []float64) { copy(costs, m.rows[from]) }

func (m matrix) Whole(from int, costs []uint32) bool {
	for to, cost := range m.rows[from] {
		switch {
		case math.IsNaN(cost):
			costs[to] = alto.Absent
		case !isSmall(cost):
			return false
		default:
			costs[to] = uint32(cost)
		}
	}
	return true
}

// randomCost is most often one that whole costs hold.
func randomCost(rng *rand.Rand) float64 {
	if rng.IntN(30) == 0 {
		return []float64{1<<32 - 1, 1 << 40, 2.5}[rng.IntN(3)]
	}
	return []float64{nan, 0, 1, 2, 3, 1 << 31}[rng.IntN(6)]
}

// randomCosts returns costs that are most often little different from the last.
func randomCosts(rng *rand.Rand, last *alto.Costs) *alto.Costs {
	var costs alto.Costs
	switch kind := rng.IntN(10); {
	case kind == 0:
		return nil
	case last == nil || kind == 1:
		var m matrix
		for i := range rng.IntN(24) * (1 + 3*(rng.IntN(5)/4)) { // a few have several blocks of costs in a row
			m.pids = append(m.pids, fmt.Sprintf("pid%02d", i))
		}
		for range m.pids {
			row := make([]float64, len(m.pids))
			for i := range row {
				row[i] = randomCost(rng)
			}
			m.rows = append(m.rows, row)
		}
		costs = m
	case kind < 3: // some PIDs come and go
		pids := map[string]bool{}
		for _, pid := range (*last).PIDs() {
			pids[pid] = rng.IntN(8) > 0
		}
		pids[fmt.Sprintf("pid%02d", rng.IntN(24))] = true
		maps.DeleteFunc(pids, func(_ string, in bool) bool { return !in })
		costs = alto.Between(slices.Sorted(maps.Keys(pids)), *last)
		costs = changedCosts(rng, costs)
	default:
		costs = changedCosts(rng, *last)
	}
	return &costs
}

// changedCosts returns costs of which it is known, most often, which are others than the last.
func changedCosts(rng *rand.Rand, last alto.Costs) alto.Costs {
	m := matrix{pids: last.PIDs(), changed: make([][]int32, len(last.PIDs()))}
	if before, is := last.(matrix); is && rng.IntN(8) > 0 {
		m.since = before.state
	}
	if rng.IntN(8) > 0 {
		m.state = new(int)
	}
	for from := range m.pids {
		row := make([]float64, len(m.pids))
		last.Row(from, row)
		m.rows = append(m.rows, row)
	}
	changes := rng.IntN(8)
	if rng.IntN(4) == 0 {
		changes = rng.IntN(1 + len(m.pids)*len(m.pids))
	}
	for range changes {
		if n := len(m.pids); n > 0 {
			from, to := rng.IntN(n), rng.IntN(n)
			m.rows[from][to] = randomCost(rng)
			m.changed[from] = append(m.changed[from], int32(to))
		}
	}
	for from, columns := range m.changed {
		slices.Sort(columns)
		m.changed[from] = slices.Compact(columns)
	}
	return m
}

func (m matrix) State() any {
	if m.state == nil {
		return nil
	}
	return m.state
}

func (m matrix) ChangedSince(state any) (changed [][]int32, ok bool) {
	switch state {
	case m.State():
		return nil, true
	case any(m.since):
		return m.changed, true
	}
	return nil, false
}

func (m matrix) Cost(from, to int) float64 { return m.rows[from][to] }

func randomGroups(rng *rand.Rand, last *alto.NetworkMap) *alto.NetworkMap {
	m := alto.NetworkMap{}
	switch {
	case rng.IntN(10) == 0:
		return nil
	case last != nil && rng.IntN(8) > 0:
		m = maps.Clone(*last)
	}
	for range rng.IntN(4) {
		pid := fmt.Sprintf("pid%02d", rng.IntN(12))
		if rng.IntN(3) == 0 {
			delete(m, pid)
			continue
		}
		var group schemas.EndpointAddressGroup
		for i := range rng.IntN(5) {
			group.IPv4 = append(group.IPv4, fmt.Sprintf("10.0.%d.0/24", i*rng.IntN(9)))
		}
		slices.Sort(group.IPv4) // a map is told in its canonical form
		group.IPv4 = slices.Compact(group.IPv4)
		m[pid] = group
	}
	return &m
}
