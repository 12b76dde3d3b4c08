package ted

import (
	"maps"
	"slices"

	"github.com/altostream/altostream/libs/igp"
	"github.com/altostream/altostream/schemas"
)

// view is what the speakers tell together: of each object the record that counts, with
// the nodes resolved.
type view struct {
	options  Options
	asns     asns
	areas    areas
	sources  map[string]bool // that tell of a node, link or prefix
	counting map[string]bool // of these, those whose word counts for something
	objects  []*object       // that count
	links    []*link         // that paths may lead over
	routers  *routers
	flags    map[place]routerFlags
	claims   []claim
	families families
	findings []finding
	origins  map[*igp.Area]*origin // of the networks that have been asked for
}

// object is a node, link or prefix: what its speakers say of it, and which word counts.
type object struct {
	key     string // the part of the key after the source
	scope   scope
	local   node
	reports reports
	named   *schemas.RawTopology // some report, for the descriptors
	tellers []string             // whose word counts of the local node and who tell the object, sorted
	record  *schemas.RawTopology
}

func newView(d *Database) *view {
	v := &view{options: d.options, asns: asns{}, areas: areas{}, sources: map[string]bool{}, counting: map[string]bool{}, origins: map[*igp.Area]*origin{}}
	for _, reports := range d.objects {
		for _, r := range reports {
			v.asns.learn(r.LocalNode)
			v.asns.learn(r.RemoteNode)
		}
	}
	objects := v.resolve(d)
	v.joinAreas(objects)
	v.believe(d, objects)
	v.links = v.usedLinks()
	v.routers = v.newRouters()
	v.flags = v.readFlags()
	v.claims = v.newClaims()
	v.families = v.toldFamilies()
	v.findDuplicates()
	return v
}

// resolve returns the objects whose local node is named, in the order of their keys.
func (v *view) resolve(d *Database) []*object {
	objects := make([]*object, 0, len(d.objects))
	for _, key := range slices.Sorted(maps.Keys(d.objects)) {
		reports := d.objects[key]
		named := reports.first()
		s, ok := scopeOf(named)
		if !ok {
			continue
		}
		for source := range reports {
			v.sources[source] = true
		}
		local, ok := v.asns.node(s.igp, named.LocalNode)
		if !ok {
			v.find(NoRouterID, key, reports, "its local node has no router id of a known form")
			continue
		}
		objects = append(objects, &object{key: key, scope: s, local: local, reports: reports, named: named})
	}
	return objects
}

// first returns the report of the lowest source. All reports of an object have the
// descriptors that its key is made of.
func (r reports) first() *schemas.RawTopology {
	var lowest string
	for source := range r {
		if lowest == "" || source < lowest {
			lowest = source
		}
	}
	return r[lowest]
}

// joinAreas joins the areas of which the directions of a link are told.
func (v *view) joinAreas(objects []*object) {
	type ends struct {
		from, to node
		igp      igpKey
	}
	links := map[ends][]*object{}
	remote := func(o *object) (node, bool) { return v.asns.node(o.scope.igp, o.named.RemoteNode) }
	for _, o := range objects {
		if to, ok := remote(o); ok && o.isLink() && o.scope.area != "" {
			links[ends{o.local, to, o.scope.igp}] = append(links[ends{o.local, to, o.scope.igp}], o)
		}
	}
	for e, there := range links {
		back := links[ends{e.to, e.from, e.igp}]
		for _, o := range there {
			inArea := func(b *object) bool { return b.scope == o.scope && o.isReverse(b) }
			if slices.ContainsFunc(back, inArea) {
				continue
			}
			for _, b := range back {
				if o.isReverse(b) {
					v.areas.join(o.scope, b.scope)
					v.findObject(AreasJoined, o, "told in area %s, and in the other direction in area %s", o.scope.area, b.scope.area)
				}
			}
		}
	}
	for _, o := range objects {
		o.scope = v.areas.of(o.scope)
	}
}

func (o *object) isLink() bool { return o.named.Kind == schemas.KindLink }

// isReverse tells whether a link can be the other direction of o, and one speaker tells
// of both.
func (o *object) isReverse(b *object) bool {
	return shareKey(o.reports, b.reports) && matches(endsOf(o.named), endsOf(b.named))
}

func shareKey(a, b reports) bool {
	for source := range a {
		if _, ok := b[source]; ok {
			return true
		}
	}
	return false
}

// ofKind yields the objects of one kind that count.
func (v *view) ofKind(kinds ...string) []*object {
	var out []*object
	for _, o := range v.objects {
		if slices.Contains(kinds, o.record.Kind) {
			out = append(out, o)
		}
	}
	return out
}
