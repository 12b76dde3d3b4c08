package ted

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// hearsay is what one speaker tells of one scope: which node told of which, and which of
// them the speaker itself is.
type hearsay struct {
	ids   []netip.Addr // of the speaker: its address, and its BGP identifier
	nodes map[node]bool
	links map[node][]node
	self  []node
}

func newHearsay(source string, peer *schemas.Peer) *hearsay {
	h := &hearsay{nodes: map[node]bool{}, links: map[node][]node{}}
	// bgp:<address>, bmp:<router>/<address>, mrt:<file>/<address>
	address, isBGP := strings.CutPrefix(source, "bgp:")
	if !isBGP {
		address = source[strings.LastIndex(source, "/")+1:]
	}
	h.learnID(address)
	if peer != nil {
		h.learnID(value(peer.BGPIdentifier))
	}
	return h
}

func (h *hearsay) learnID(text string) {
	if id, err := netip.ParseAddr(text); err == nil {
		h.ids = append(h.ids, id.WithZone(""))
	}
}

func (h *hearsay) hear(local node, r *schemas.RawTopology) {
	h.nodes[local] = true
	if !local.isPseudonode() && h.isOf(local, r) {
		h.self = append(h.self, local)
	}
}

// isOf tells whether one of the speaker's ids is one of the node that a record is local to.
func (h *hearsay) isOf(local node, r *schemas.RawTopology) bool {
	return slices.ContainsFunc(h.ids, func(id netip.Addr) bool {
		text := id.String()
		switch {
		case local.id == hex.EncodeToString(id.AsSlice()):
			return true
		case r.Kind == schemas.KindNode && r.Attributes != nil:
			return slices.Contains(r.Attributes.LocalIPv4RouterIDs, text) || slices.Contains(r.Attributes.LocalIPv6RouterIDs, text)
		case r.Prefix != nil:
			prefix, err := netip.ParsePrefix(r.Prefix.Prefix)
			return err == nil && prefix.IsSingleIP() && prefix.Addr() == id
		case r.Link != nil:
			return value(r.Link.IPv4Interface) == text || value(r.Link.IPv6Interface) == text
		}
		return false
	})
}

// speakerView is what a speaker sees of a scope.
type speakerView struct {
	whole   bool // its table is told
	parts   map[node]int
	reached map[node]bool
	seen    map[int]bool // parts in which some node is seen by a synced speaker
}

func (v *speakerView) noteSeen(seen map[node]bool) {
	v.seen = map[int]bool{}
	for n, part := range v.parts {
		if seen[n] {
			v.seen[part] = true
		}
	}
}

// view returns what the speaker sees. It reaches what is connected with its own node; if
// that is not known, all parts but those that were cut off.
func (h *hearsay) view() *speakerView {
	v := &speakerView{parts: h.parts(), reached: map[node]bool{}}
	own := map[int]bool{}
	for _, n := range h.self {
		own[v.parts[n]] = true
	}
	keep := func(part int) bool { return own[part] }
	if len(own) == 0 {
		cut := h.cutOff(v.parts)
		keep = func(part int) bool { return !cut[part] }
	}
	for n, part := range v.parts {
		if keep(part) {
			v.reached[n] = true
		}
	}
	if len(v.reached) == 0 {
		largest := largest(v.parts)
		for n, part := range v.parts {
			if part == largest {
				v.reached[n] = true
			}
		}
	}
	return v
}

// parts numbers the nodes by the connected part that they are in. Nodes are connected by
// links of which both directions are told.
func (h *hearsay) parts() map[node]int {
	parts := map[node]int{}
	for n := range h.nodes {
		if _, known := parts[n]; known {
			continue
		}
		part := len(parts)
		parts[n] = part
		for queue := []node{n}; len(queue) > 0; queue = queue[1:] {
			for _, next := range h.links[queue[0]] {
				if _, known := parts[next]; !known && slices.Contains(h.links[next], queue[0]) {
					parts[next] = part
					queue = append(queue, next)
				}
			}
		}
	}
	return parts
}

// cutOff returns the parts that tell of a link to a node of another part which does not
// tell of it: both ends of a link that fails say so, and of an end that still tells of it
// nothing has been heard since.
func (h *hearsay) cutOff(parts map[node]int) map[int]bool {
	cut := map[int]bool{}
	for n, links := range h.links {
		for _, next := range links {
			if h.nodes[next] && parts[next] != parts[n] {
				cut[parts[n]] = true
			}
		}
	}
	return cut
}

// largest returns the part of the most nodes, of several the one with the least name.
func largest(parts map[node]int) int {
	size, least := map[int]int{}, map[int]string{}
	for n, part := range parts {
		size[part]++
		if name := n.String(); least[part] == "" || name < least[part] {
			least[part] = name
		}
	}
	best := -1
	for part := range size {
		if best < 0 || size[part] > size[best] || size[part] == size[best] && least[part] < least[best] {
			best = part
		}
	}
	return best
}
