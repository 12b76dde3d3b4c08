package correlator

import (
	"github.com/altostream/altostream/schemas"
)

// total is what the resources of one PID or one site come to. It does not depend on the
// order in which they came.
type total struct {
	of         totalOf
	resources  int
	multihomed int // attached to other PIDs of the map too
	stale      int
	down       int
	sums       map[sumKey]sum
	places     map[attachment]int // of a site: how many resources are attached there
}

// totalOf is what a total is of: a site, or a PID of a network map.
type totalOf struct{ site, networkMap, pid string }

type sum struct {
	resources int // that tell it
	milli     int64
}

// attachment is schemas.Attachment as a value.
type attachment struct {
	networkMap, pid, foundBy string
	cost                     float64
	costTold                 bool
}

// countUnder adds the resource that an entity counts for to the totals of its site and its
// PIDs, or takes it away again: the one whose word counts there, if it is the first that
// it tells of.
func (s *State) countUnder(id string, n network, sign int) {
	tellers := s.tellers[id]
	if len(tellers) == 0 || tellers[0].entities[0].id != id {
		return
	}
	r := tellers[0]
	if r.site != "" && s.owned.owns(r.site) {
		t := s.total(r.site, totalOf{site: *r.record.Site})
		t.add(r, sign, false)
		for _, e := range r.entities {
			t.attach(n.place(r, e), sign)
		}
		s.settleTotal(r.site, t)
	}
	for _, m := range n.maps {
		pids := n.pids(m, r)
		for _, pid := range pids {
			id := m.entities[pid]
			if s.owned.owns(id) {
				t := s.total(id, totalOf{networkMap: m.id, pid: pid})
				t.add(r, sign, len(pids) > 1)
				s.settleTotal(id, t)
			}
		}
	}
}

func (s *State) total(id string, of totalOf) *total {
	t := s.totals[id]
	if t == nil {
		t = &total{of: of, sums: map[sumKey]sum{}, places: map[attachment]int{}}
		s.totals[id] = t
	}
	return t
}

func (s *State) settleTotal(id string, t *total) {
	if t.resources == 0 {
		delete(s.totals, id)
	}
	s.dirty[id] = struct{}{}
}

func (t *total) add(r *resource, sign int, multihomed bool) {
	t.resources += sign
	if multihomed {
		t.multihomed += sign
	}
	if r.record.StaleSince != nil {
		t.stale += sign
	}
	if r.down() {
		t.down += sign
	}
	for _, a := range r.sums {
		held := t.sums[a.sumKey]
		held.resources += sign
		held.milli += int64(sign) * a.milli
		if held.resources == 0 {
			delete(t.sums, a.sumKey)
			continue
		}
		t.sums[a.sumKey] = held
	}
}

func (t *total) attach(found []schemas.Attachment, sign int) {
	for _, a := range found {
		at := attachment{networkMap: a.NetworkMap, pid: a.PID, foundBy: a.FoundBy}
		if a.Cost != nil {
			at.cost, at.costTold = *a.Cost, true
		}
		t.places[at] += sign
		if t.places[at] == 0 {
			delete(t.places, at)
		}
	}
}

// attachments returns where any of the resources is attached.
func (t *total) attachments() []schemas.Attachment {
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
