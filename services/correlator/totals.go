package correlator

import (
	"cmp"
	"math"

	"github.com/altostream/altostream/schemas"
)

// totals is what the resources of one PID or one site come to. It does not depend on the
// order in which they came.
type totals struct {
	of         totalsOf
	resources  int
	multihomed int // attached to other PIDs of the map too
	stale      int
	down       int
	amounts    [len(amountProperties)]sum
	own        [len(ownClasses)]sums
	classes    map[classKey]*sums
	places     map[attachment]int // of a site: how many resources are attached there
}

// totalsOf is a site, or a PID of a network map.
type totalsOf struct{ site, networkMap, pid string }

// classKey names a further class, whose amounts in other units do not add up.
type classKey struct{ name, kind, unit string }

// sums are the sums of a capacity; measured use is none.
type sums [measuredUse]sum

// sum is in thousandths, so that it is the same whatever the order.
type sum struct {
	milli int64
	told  int // by how many resources
}

func (s *sum) add(v float64, sign int) {
	if math.IsNaN(v) {
		return
	}
	const most = 1 << 52
	s.milli += int64(sign) * int64(min(max(math.Round(v*1000), -most), most))
	s.told += sign
}

func (s *sum) merge(other sum) {
	s.milli += other.milli
	s.told += other.told
}

// amount is the sum, NaN if nobody tells it.
func (s *sum) amount() float64 {
	if s.told == 0 {
		return math.NaN()
	}
	return float64(s.milli) / 1000
}

// add adds a capacity, of which nothing is free if its resource takes no work.
func (s *sums) add(c capacity, takesWork bool, sign int) {
	if !takesWork {
		c[free] *= 0
	}
	for field := range s {
		s[field].add(c[field], sign)
	}
}

func (s *sums) merge(other *sums) {
	for field := range s {
		s[field].merge(other[field])
	}
}

func (s *sums) capacity() capacity {
	c := capacity{measuredUse: math.NaN()}
	for field := range s {
		c[field] = s[field].amount()
	}
	return c
}

// attachment is schemas.Attachment as a value.
type attachment struct {
	networkMap, pid, foundBy string
	cost                     float64
	costTold                 bool
}

// count adds the resource that an entity counts for to the totals of its site and its
// PIDs, or takes it away again: the one whose word counts there, if it is the first that
// it tells of.
func (s *State) count(h *share, n *node, in network, sign int) {
	if len(n.tellers) == 0 || n.tellers[0].entities[0].id != n.id {
		return
	}
	r := n.tellers[0]
	h.places = h.places[:0]
	for _, m := range in.order {
		first := len(h.places)
		for _, e := range r.entities {
			h.places = in.in(h.places, m, r, e)
		}
		h.pids = pidsOf(h.pids[:0], h.places[first:])
		for _, pid := range h.pids {
			h.totals(m.entities[pid], totalsOf{networkMap: m.id, pid: pid}).add(r, sign, len(h.pids) > 1)
		}
	}
	if r.siteEntity != "" {
		site := h.totals(r.siteEntity, totalsOf{site: *r.site})
		site.add(r, sign, false)
		site.attach(h.places, sign)
	}
}

// totals returns what the entities of the share add to a site or PID.
func (h *share) totals(id string, of totalsOf) *totals {
	t := h.sums[id]
	if t == nil {
		t = newTotals(of)
		h.sums[id] = t
	}
	return t
}

func newTotals(of totalsOf) *totals {
	return &totals{of: of, classes: map[classKey]*sums{}, places: map[attachment]int{}}
}

func (t *totals) add(r *resource, sign int, multihomed bool) {
	t.resources += sign
	if multihomed {
		t.multihomed += sign
	}
	if r.staleSince != nil {
		t.stale += sign
	}
	if r.down() {
		t.down += sign
	}
	for i, v := range r.amounts {
		t.amounts[i].add(v, sign)
	}
	takesWork := r.takesWork()
	for i, c := range r.own {
		t.own[i].add(c, takesWork, sign)
	}
	for _, c := range r.classes {
		t.class(classKey{name: c.name, kind: textOf(c.kind), unit: textOf(c.unit)}).add(c.capacity, takesWork, sign)
	}
}

func (t *totals) class(key classKey) *sums {
	held := t.classes[key]
	if held == nil {
		held = &sums{}
		t.classes[key] = held
	}
	return held
}

// merge adds other totals of the same.
func (t *totals) merge(other *totals) {
	t.resources += other.resources
	t.multihomed += other.multihomed
	t.stale += other.stale
	t.down += other.down
	for i := range t.amounts {
		t.amounts[i].merge(other.amounts[i])
	}
	for i := range t.own {
		t.own[i].merge(&other.own[i])
	}
	for key, theirs := range other.classes {
		t.class(key).merge(theirs)
	}
	for at, resources := range other.places {
		t.place(at, resources)
	}
}

// place adds to how many resources are attached at a place.
func (t *totals) place(at attachment, resources int) {
	t.places[at] += resources
	if t.places[at] == 0 {
		delete(t.places, at)
	}
}

func (t *totals) attach(found []schemas.Attachment, sign int) {
	for _, a := range found {
		at := attachment{networkMap: a.NetworkMap, pid: a.PID, foundBy: a.FoundBy}
		if a.Cost != nil {
			at.cost, at.costTold = *a.Cost, true
		}
		t.place(at, sign)
	}
}

// attachments returns where any of the resources is attached.
func (t *totals) attachments() []schemas.Attachment {
	var found []schemas.Attachment
	for at := range t.places {
		a := schemas.Attachment{NetworkMap: at.networkMap, PID: at.pid, FoundBy: at.foundBy}
		if at.costTold {
			a.Cost = &at.cost
		}
		found = append(found, a)
	}
	return distinct(found)
}

func compareClasses(a, b classKey) int {
	return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind), cmp.Compare(a.unit, b.unit))
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
