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

// node returns the node of an entity.
func (s *State) node(id string) *node {
	n := s.entities[id]
	if n == nil {
		n = &node{id: id}
		s.entities[id] = n
	}
	return n
}

// nodesOf appends the nodes of the entities that a resource tells of, each once.
func (s *State) nodesOf(nodes []*node, r *resource) []*node {
	if r == nil {
		return nodes
	}
	for _, e := range r.entities {
		if n := s.node(e.id); !slices.Contains(nodes, n) {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// touch notes that a record is to be made.
func (s *State) touch(n *node) {
	if !n.dirty {
		n.dirty = true
		s.dirty = append(s.dirty, n)
	}
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
	}
	c.is = r
}

// retellAll has the resources that changed tell their entities.
func (s *State) retellAll(before network) {
	for _, c := range s.changed {
		s.retell(c, before)
	}
}

// retell has a resource that changed tell its entities.
func (s *State) retell(c *standing, before network) {
	nodes := s.nodesOf(s.nodes[:0], c.is)
	telling := len(nodes)
	nodes = s.nodesOf(nodes, c.was)
	s.nodes = nodes // its room is used again
	s.recount(nodes, before, func() {
		if c.was != nil {
			for _, n := range nodes {
				n.withdraw(c.was)
			}
		}
		for _, n := range nodes[:telling] {
			n.tell(c.is)
		}
	})
	if c.is == nil {
		delete(s.resources, c.key)
	}
}

// recount makes a change to nodes. What counts in them no longer counts where it did before, and counts
// where it does now.
func (s *State) recount(nodes []*node, before network, change func()) {
	for _, n := range nodes {
		if n.counted != s.flushes {
			s.count(n, before, -1)
		} else {
			s.count(n, s.network, -1)
		}
	}
	change()
	for _, n := range nodes {
		s.count(n, s.network, 1)
		n.counted = s.flushes
		s.touch(n)
	}
}

func (n *node) tell(r *resource) {
	if len(n.tellers) == 0 {
		n.tellers = r.alone
		return
	}
	if at, found := slices.BinarySearchFunc(n.tellers, r, compareTellers); !found {
		n.tellers = slices.Insert(slices.Clone(n.tellers), at, r)
	}
}

func (n *node) withdraw(r *resource) {
	if len(n.tellers) == 1 && n.tellers[0] == r {
		n.tellers = nil
		return
	}
	n.tellers = slices.DeleteFunc(slices.Clone(n.tellers), func(t *resource) bool { return t == r })
}
