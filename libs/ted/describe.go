package ted

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// Router is what is told of the router of a PID.
type Router struct {
	PID   string
	Names []string // node names (TLV 1026)
	// IDs are its router ids as operators write them: of the IGPs, and of TLVs 1028 and 1029.
	IDs []string
	// Areas are OSPF's areas as dotted quads and IS-IS's area addresses as 49.0001 (TLV 1027).
	Areas []string
	// Tags are the route tags of the prefixes that it tells (TLVs 1153, 1154): text, decimal.
	Tags []string
	// Prefixes are those that it has in its own area or level.
	Prefixes []netip.Prefix
}

// Routers returns what is told of the routers, in the order of their PIDs. All lists are
// sorted.
func (d *Database) Routers() []Router {
	v := d.view()
	out := make([]Router, len(v.routers.pids))
	marks := make([]marksOf, len(out))
	for _, o := range v.objects {
		if n, ok := v.routers.of(o.local); ok && !o.local.isPseudonode() {
			marks[n].learn(o)
		}
	}
	for _, c := range v.claims {
		marks[c.router].learnClaim(c)
	}
	for n, pid := range v.routers.pids {
		m := marks[n]
		for id := range v.routers.ids[n] {
			m.add(&m.ids, id)
		}
		out[n] = Router{
			PID: pid, Names: sorted(m.names), IDs: sorted(m.ids), Areas: sorted(m.areas), Tags: sorted(m.tags),
			Prefixes: slices.SortedFunc(maps.Keys(m.prefixes), netip.Prefix.Compare),
		}
	}
	return out
}

// marksOf is what a router is found by.
type marksOf struct {
	names, ids, areas, tags map[string]bool
	prefixes                map[netip.Prefix]bool
}

func (m *marksOf) add(to *map[string]bool, text string) {
	if *to == nil {
		*to = map[string]bool{}
	}
	(*to)[text] = true
}

func (m *marksOf) learn(o *object) {
	m.add(&m.ids, routerName(o.local.id))
	if o.scope.area != "" {
		m.add(&m.areas, o.scope.area)
	}
	if a := o.record.Attributes; a != nil && o.record.Kind == schemas.KindNode {
		if a.NodeName != nil {
			m.add(&m.names, *a.NodeName)
		}
		for _, area := range a.ISISAreaIDs {
			m.add(&m.areas, isisArea(area))
		}
	}
}

func (m *marksOf) learnClaim(c claim) {
	if c.reach.own() {
		if m.prefixes == nil {
			m.prefixes = map[netip.Prefix]bool{}
		}
		m.prefixes[c.prefix] = true
	}
	if a := c.record.Attributes; a != nil {
		for _, tag := range a.RouteTags {
			m.add(&m.tags, strconv.FormatUint(uint64(tag), 10))
		}
		for _, tag := range a.ExtendedRouteTags {
			m.add(&m.tags, tag)
		}
	}
}

// isisArea writes an area address in hex as 49.0001.
func isisArea(text string) string {
	text = strings.ToLower(text)
	if len(text) <= 2 {
		return text
	}
	parts := []string{text[:2]}
	for text = text[2:]; len(text) > 4; text = text[4:] {
		parts = append(parts, text[:4])
	}
	return strings.Join(append(parts, text), ".")
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
