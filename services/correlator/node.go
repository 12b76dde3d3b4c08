package correlator

import "slices"

// standing is a compute resource as it is now, nil = not there, and as it was at the last flush, if it changed.
type standing struct {
	key     string
	is, was *resource
	changed bool
}

// node is an entity: who tells it, the one that counts first, or what it has in sum.
type node struct {
	id      string
	tellers []*resource
	totals  *totals
	dirty   bool // its record is to be made
	counted int  // the flush in which the one that counts was counted last
}

// tell takes what a resource is now.
func (s *State) tell(key string, r *resource) {
	c := s.resources[key]
	if c == nil {
		if r == nil {
			return
		}
		c = &standing{key: key}
		s.resources[key] = c
	}
	if !c.changed {
		c.changed, c.was = true, c.is
		s.changed = append(s.changed, c)
		s.concern(c, c.was)
	}
	c.is = r
	s.concern(c, r)
}

// concern notes for the shares of the entities that a resource tells of, that it is to tell them again.
func (s *State) concern(c *standing, r *resource) {
	if r == nil {
		return
	}
	for i := range r.entities {
		h := s.share(r.entities[i].id)
		if last := len(h.retelling) - 1; last < 0 || h.retelling[last] != c {
			h.retelling = append(h.retelling, c)
		}
	}
}

func (n *node) tell(r *resource) {
	if r == nil {
		return
	}
	if len(n.tellers) == 0 {
		n.tellers = r.alone[:]
		return
	}
	if at, found := slices.BinarySearchFunc(n.tellers, r, compareTellers); !found {
		n.tellers = slices.Insert(slices.Clone(n.tellers), at, r)
	}
}

func (n *node) withdraw(r *resource) {
	if r == nil {
		return
	}
	if len(n.tellers) == 1 && n.tellers[0] == r {
		n.tellers = nil
		return
	}
	n.tellers = slices.DeleteFunc(slices.Clone(n.tellers), func(t *resource) bool { return t == r })
}
