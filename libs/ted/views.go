package ted

import (
	"encoding/hex"
	"net/netip"
	"slices"
)

// views is what each speaker of a link-state database sees of it.
type views struct {
	nodes []node
	all   []*view
	seen  []bool // by node: by a synced speaker
}

// view is what one speaker sees of the nodes.
type view struct {
	source  *source
	whole   bool              // its table is told
	self    [waysToSelf][]int // the nodes that are its own, by what
	told    []bool
	parts   parts // as its links connect the nodes
	cut     []bool
	reached []bool
	linked  []bool // with another node
	seen    []bool // by part: some node is seen by a synced speaker
}

// newViews returns what the speakers see, nil if there is one alone: its word counts.
func newViews(l *lsdb) *views {
	if len(l.sources) < 2 {
		return nil
	}
	v := &views{nodes: make([]node, 0, len(l.places)), seen: make([]bool, len(l.places))}
	for _, c := range l.sources {
		v.all = append(v.all, newView(c.source, len(l.places)))
	}
	for _, p := range l.places {
		p.index = len(v.nodes)
		v.nodes = append(v.nodes, p.node)
		for _, t := range p.tellers {
			view := v.of(t.source)
			view.told[p.index] = true
			by := t.isSelf()
			if t.source.isNode(p.id) {
				by = selfByID
			}
			if by != notSelf && !p.isPseudonode() {
				view.self[by] = append(view.self[by], p.index)
			}
		}
	}
	v.connect(l)
	for _, view := range v.all {
		view.reach(v.nodes)
	}
	v.noteSeen()
	return v
}

// of returns what a source sees; there are few.
func (v *views) of(s *source) *view {
	return v.all[slices.IndexFunc(v.all, func(view *view) bool { return view.source == s })]
}

func newView(s *source, nodes int) *view {
	return &view{source: s, whole: s.standing() == complete, told: make([]bool, nodes), parts: newParts(nodes), cut: make([]bool, nodes), reached: make([]bool, nodes), linked: make([]bool, nodes), seen: make([]bool, nodes)}
}

// isNode tells whether one of the speaker's ids is an IGP router id.
func (s *source) isNode(id string) bool {
	return slices.ContainsFunc(s.ids, func(a netip.Addr) bool { return id == hex.EncodeToString(a.AsSlice()) })
}

// half is a link that a speaker tells in one direction alone.
type half struct {
	view     *view
	from, to int
}

// connect joins the nodes that are connected by links of which a speaker tells both directions,
// and notes the parts of which it tells a link to a node of another part which does not tell
// of it, or to a LAN that is not told any more: both ends of a link that fails say so, and of
// an end that still tells of it nothing has been heard since.
func (v *views) connect(l *lsdb) {
	var halves []half
	for _, p := range l.places {
		for _, adjacency := range p.adjacencies {
			for i := range adjacency.told {
				t := &adjacency.told[i]
				if t.a != p {
					continue
				}
				switch view, a, b := v.of(t.source), t.a.index, t.b.index; {
				case t.there && t.back:
					view.parts.join(a, b)
				case t.there:
					halves = append(halves, half{view, a, b})
				default:
					halves = append(halves, half{view, b, a})
				}
			}
		}
	}
	for _, h := range halves {
		if from := h.view.parts.of(h.from); (h.view.told[h.to] || v.nodes[h.to].isPseudonode()) && h.view.parts.of(h.to) != from {
			h.view.cut[from] = true
		}
	}
}

// reach notes what the speaker reaches: what is connected with its own node; if that is not
// known, all parts but those that were cut off; if that is nothing, the largest.
func (v *view) reach(nodes []node) {
	own, size := make([]bool, len(nodes)), make([]int, len(nodes))
	self := v.self[selfByID]
	if len(self) == 0 {
		self = v.self[selfByPrefix]
	}
	for _, n := range self {
		own[v.parts.of(n)] = true
	}
	for n := range nodes {
		size[v.parts.of(n)]++
	}
	some := false
	for n := range nodes {
		part := v.parts.of(n)
		v.linked[n] = size[part] > 1
		v.reached[n] = v.told[n] && (own[part] || len(self) == 0 && !v.cut[part])
		some = some || v.reached[n]
	}
	if some {
		return
	}
	largest := v.largest(nodes)
	for n := range nodes {
		v.reached[n] = v.told[n] && v.parts.of(n) == largest
	}
}

// largest returns the part of the most nodes, of several the one with the least name.
func (v *view) largest(nodes []node) int {
	size, least := make([]int, len(nodes)), make([]string, len(nodes))
	best := -1
	for n := range nodes {
		if part := v.parts.of(n); v.told[n] {
			size[part]++
			if name := nodes[n].String(); least[part] == "" || name < least[part] {
				least[part] = name
			}
		}
	}
	for part := range nodes {
		if size[part] > 0 && (best < 0 || size[part] > size[best] || size[part] == size[best] && least[part] < least[best]) {
			best = part
		}
	}
	return best
}

// noteSeen notes the nodes that synced speakers reach, and the parts of each speaker's view
// in which some are.
func (v *views) noteSeen() {
	for _, view := range v.all {
		for n, reached := range view.reached {
			v.seen[n] = v.seen[n] || reached && view.whole && view.source.peer != nil
		}
	}
	for _, view := range v.all {
		for n := range v.nodes {
			if view.told[n] && v.seen[n] {
				view.seen[view.parts.of(n)] = true
			}
		}
	}
}

// believed leaves, of the speakers that tell of a node, those whose word on it counts.
func (v *views) believed(p *place, sources []*source) []*source {
	if v != nil {
		sources = slices.DeleteFunc(sources, func(s *source) bool { return v.of(s).isRemembered(p) })
		sources = orAll(sources, func(s *source) bool { return v.of(s).reached[p.index] })
		sources = orAll(sources, func(s *source) bool { return v.of(s).linked[p.index] })
	}
	return orAll(sources, func(s *source) bool { return s.standing() == complete })
}

// isRemembered tells whether a speaker's table is not whole, and the node in a part of the network
// that another one sees.
func (v *view) isRemembered(p *place) bool { return !v.whole && v.seen[v.parts.of(p.index)] }

// orAll leaves the sources of which something is true, if there are any.
func orAll(sources []*source, is func(*source) bool) []*source {
	if !slices.ContainsFunc(sources, is) {
		return sources
	}
	return slices.DeleteFunc(sources, func(s *source) bool { return !is(s) })
}
