package versioned

import (
	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// groups are the rows of a network map: PIDs with their prefixes.
type groups struct {
	rows     map[string]group
	sum      uint64
	prefixes int
}

type group struct {
	schemas.EndpointAddressGroup
	sum uint64 // of the hashes
}

func newGroups() *groups { return &groups{rows: map[string]group{}} }

func (g *groups) frame(v *schemas.NetworkMap) frame {
	return frame{meta: v.Meta != nil, body: v.NetworkMap != nil, delta: v.Delta != nil, version: v.Version, parts: v.Parts}
}

func (g *groups) digest() digest { return digest{alto.DigestText(g.sum), len(g.rows)} }

func (g *groups) set(pid string, v *schemas.NetworkMap) bool {
	a, ok := v.NetworkMap[pid]
	if ok {
		g.put(pid, a)
	}
	return ok
}

func (g *groups) put(pid string, a schemas.EndpointAddressGroup) {
	g.drop(pid)
	row := group{a, alto.HashGroup(pid, a)}
	g.rows[pid] = row
	g.sum += row.sum
	g.prefixes += len(a.IPv4) + len(a.IPv6)
}

func (g *groups) drop(pid string) {
	row := g.rows[pid]
	delete(g.rows, pid)
	g.sum -= row.sum
	g.prefixes -= len(row.IPv4) + len(row.IPv6)
}

// change takes a null of a PID, which writers say with its part, for a PID without prefixes.
func (g *groups) change(delta *schemas.NetworkMap, applies func(string) bool) {
	for pid, a := range delta.Delta {
		if !applies(pid) {
			continue
		}
		if a == nil {
			a = &schemas.EndpointAddressGroup{}
		}
		g.put(pid, *a)
	}
}

func (g *groups) cells() int { return g.prefixes }

func (g *groups) digestOf(whole *schemas.NetworkMap) digest {
	var sum uint64
	for pid, a := range whole.NetworkMap {
		sum += alto.HashGroup(pid, a)
	}
	return digest{alto.DigestText(sum), len(whole.NetworkMap)}
}
