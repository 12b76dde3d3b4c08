package correlator

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/parallel"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// share is a part of the entities, by their ids. Shares are worked on side by side.
type share struct {
	entities map[string]*node // by id

	// Since the last flush: the resources that are to tell entities of the share, again or for the first time, some
	// more than once; and the entities whose records are to be made.
	retelling []*standing
	dirty     []*node

	sums   map[string]*totals   // what its entities add to totals of any share, by id
	places []schemas.Attachment // room
	pids   []string             // room
}

// shares is how many there are, and so how many processors can tell entities at a time.
const shares = 8

func newShares() (all [shares]share) {
	for i := range all {
		all[i] = share{entities: map[string]*node{}, sums: map[string]*totals{}}
	}
	return all
}

// share returns the share of an entity.
func (s *State) share(id string) *share { return &s.shares[stream.Partition(id, shares)] }

// eachShare does something with each share, on all processors if there is much of it to do.
func (s *State) eachShare(much bool, do func(h *share)) {
	several := shares
	if much {
		several = 1
	}
	parallel.Each(shares, several, func() func(int) { return func(i int) { do(&s.shares[i]) } })
}

// node returns the node of an entity of the share.
func (h *share) node(id string) *node {
	n := h.entities[id]
	if n == nil {
		n = &node{id: id}
		h.entities[id] = n
	}
	return n
}

// touch notes that a record is to be made.
func (h *share) touch(n *node) {
	if !n.dirty {
		n.dirty = true
		h.dirty = append(h.dirty, n)
	}
}

// retell has resources tell the entities of the share what they are now.
func (s *State) retell(h *share, before network) {
	if len(h.entities) == 0 {
		h.entities = make(map[string]*node, len(h.retelling))
	}
	for _, c := range h.retelling {
		for _, e := range entitiesOf(c.is) {
			if s.share(e.id) == h {
				s.change(h, h.node(e.id), c.was, c.is, before)
			}
		}
		for _, e := range entitiesOf(c.was) {
			if s.share(e.id) == h && !slices.Contains(entitiesOf(c.is), e) {
				s.change(h, h.node(e.id), c.was, nil, before)
			}
		}
	}
	clear(h.retelling)
	h.retelling = h.retelling[:0]
}

func entitiesOf(r *resource) []entity {
	if r == nil {
		return nil
	}
	return r.entities
}

// change has a resource tell an entity something else than it did; nil = nothing. What counts there no longer counts
// where it did before, and counts where it does now.
func (s *State) change(h *share, n *node, was, is *resource, before network) {
	if n.counted == s.flushes {
		before = s.network
	}
	s.count(h, n, before, -1)
	n.withdraw(was)
	n.tell(is)
	s.count(h, n, s.network, 1)
	n.counted = s.flushes
	h.touch(n)
}

// sumUp adds what the entities of all shares add to totals.
func (s *State) sumUp() {
	for i := range s.shares {
		for id, added := range s.shares[i].sums {
			h := s.share(id)
			n := h.node(id)
			if n.totals == nil {
				n.totals = newTotals(added.of)
			}
			n.totals.merge(added)
			if n.totals.resources == 0 {
				n.totals = nil
			}
			h.touch(n)
		}
		clear(s.shares[i].sums)
	}
}

// toMake appends the entities of the share whose records are to be made, and forgets those that nothing is said of any more.
func (s *State) toMake(dirty []ordered, h *share) []ordered {
	for _, n := range h.dirty {
		n.dirty = false
		if s.owned.has(n.id) {
			dirty = append(dirty, inOrder(n))
		}
		if len(n.tellers) == 0 && n.totals == nil && s.network.maps[n.id] == nil {
			delete(h.entities, n.id)
		}
	}
	clear(h.dirty)
	h.dirty = h.dirty[:0]
	return dirty
}

// ordered is an entity with the first octets of its id, by which most are put in order without a look at the ids: these
// are all over memory.
type ordered struct {
	first, second uint64
	*node
}

func inOrder(n *node) ordered {
	var octets [16]byte
	copy(octets[:], n.id)
	return ordered{binary.BigEndian.Uint64(octets[:8]), binary.BigEndian.Uint64(octets[8:]), n}
}

// byID compares two entities as strings.Compare does their ids.
func byID(a, b ordered) int {
	if a.first != b.first {
		return cmp.Compare(a.first, b.first)
	}
	if a.second != b.second {
		return cmp.Compare(a.second, b.second)
	}
	return strings.Compare(a.id, b.id)
}
