package ted

import (
	"maps"
	"net/netip"
	"slices"
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
// sorted. A router of which nothing else is told than at the last call is the same one, at the
// same address.
func (d *Database) Routers() []*Router {
	d.settle()
	out := make([]*Router, len(d.routers.pids))
	for n, p := range d.routers.pids {
		if p.described == nil {
			p.described = p.describe()
		}
		out[n] = p.described
	}
	return out
}

func (p *pid) describe() *Router {
	var m marksOf
	for at := range p.places() {
		m.learn(at)
	}
	for _, i := range p.members {
		if id := i.ownID(); id.IsValid() {
			m.add(&m.ids, id.String())
		}
	}
	return &Router{
		PID: p.name, Names: sorted(m.names), IDs: sorted(m.ids), Areas: sorted(m.areas), Tags: sorted(m.tags),
		Prefixes: slices.SortedFunc(maps.Keys(m.prefixes), netip.Prefix.Compare),
	}
}

// toldOtherwise notes that something else may be told of a router, who may be nil.
func (p *pid) toldOtherwise() {
	if p != nil {
		p.described = nil
	}
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

func (m *marksOf) learn(p *place) {
	for _, o := range p.objects() {
		switch {
		case !o.counts():
		case o.claims:
			m.learnClaim(o)
			fallthrough
		case !p.isPseudonode():
			m.learnNode(p, o)
		}
	}
}

func (m *marksOf) learnNode(p *place, o *object) {
	if p.isPseudonode() {
		return
	}
	m.add(&m.ids, routerName(p.id))
	if p.lsdb.scope.area != "" {
		m.add(&m.areas, p.lsdb.scope.area)
	}
	more := o.record().more
	if o.head.told.kind != schemas.KindNode || more == nil {
		return
	}
	for _, id := range more.routerIDs {
		m.add(&m.ids, id.String())
	}
	if more.node.NodeName != nil {
		m.add(&m.names, *more.node.NodeName)
	}
	for _, area := range more.node.ISISAreaIDs {
		m.add(&m.areas, isisArea(area))
	}
}

func (m *marksOf) learnClaim(o *object) {
	if o.reach().own() {
		if m.prefixes == nil {
			m.prefixes = map[netip.Prefix]bool{}
		}
		m.prefixes[o.to.prefix()] = true
	}
	if more := o.record().more; more != nil {
		for _, tag := range more.tags {
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
