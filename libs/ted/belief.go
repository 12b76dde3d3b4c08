package ted

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// place is a node in one of its scopes.
type place struct {
	scope scope
	node  node
}

// believe chooses, of the speakers that tell of a node, those whose word on it counts, and
// takes the objects that they tell.
//
// A router says what is local to it; a speaker passes on what it has heard. Of the routers
// that it reaches it has heard the present; what others said before they were cut off, it
// may keep for long (RFC 9552 §5.9 has speakers leave that out, not all do). So the
// speakers count in whose own view the node is reached, if there are any; of these the
// ones whose sessions are up and whose tables are whole, if there are any.
//
// What a speaker remembers that has lost its session, or is only just back, counts where
// no whole speaker sees that part of the network: there, what the latter does not tell is
// gone.
func (v *view) believe(d *Database, objects []*object) {
	telling := map[place]map[string]bool{}
	for _, o := range objects {
		p := place{o.scope, o.local}
		if telling[p] == nil {
			telling[p] = map[string]bool{}
		}
		for source := range o.reports {
			telling[p][source] = true
		}
	}
	views := v.speakerViews(d, objects)
	believed := make(map[place][]string, len(telling))
	for p, sources := range telling {
		believed[p] = d.mostCurrent(views.reaching(p, views.remembering(p, slices.Sorted(maps.Keys(sources)))))
	}
	for _, o := range objects {
		sources := believed[place{o.scope, o.local}]
		for _, source := range sources {
			if _, tells := o.reports[source]; tells {
				o.tellers = append(o.tellers, source)
				v.counting[source] = true
			}
		}
		switch {
		case len(o.tellers) > 0:
			o.record = d.best(o.reports, o.tellers)
			v.objects = append(v.objects, o)
		case len(sources) > 0:
			v.findObject(NotBelieved, o, "not told by %s, whose word on %v counts", strings.Join(sources, ", "), o.local)
		default:
			v.findObject(NotBelieved, o, "only remembered: a speaker whose table is whole sees this part of the network and does not tell of %v", o.local)
		}
	}
}

// mostCurrent leaves the speakers whose table is whole, if there are any.
func (d *Database) mostCurrent(sources []string) []string {
	var whole []string
	for _, source := range sources {
		if d.standing(source) == complete {
			whole = append(whole, source)
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return sources
}

// best returns the report of an object that counts: attributes that are not lost, then
// the speaker that stands better, then the lower source name.
func (d *Database) best(reports reports, tellers []string) *schemas.RawTopology {
	return reports[slices.MinFunc(tellers, func(a, b string) int {
		return cmp.Or(
			compareBool(reports[a].AttributesLost, reports[b].AttributesLost),
			cmp.Compare(d.standing(b), d.standing(a)),
			cmp.Compare(a, b))
	})]
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// speakerViews is what each speaker sees of the scopes that several tell of.
type speakerViews map[scope]*scopeViews

type scopeViews struct {
	bySource map[string]*speakerView
	seen     map[node]bool // by a synced speaker
}

func (v *view) speakerViews(d *Database, objects []*object) speakerViews {
	sources := map[scope]map[string]bool{}
	for _, o := range objects {
		if sources[o.scope] == nil {
			sources[o.scope] = map[string]bool{}
		}
		for source := range o.reports {
			sources[o.scope][source] = true
		}
	}
	heard := map[scope]map[string]*hearsay{}
	for s, names := range sources {
		if len(names) < 2 {
			continue
		}
		heard[s] = map[string]*hearsay{}
		for source := range names {
			heard[s][source] = newHearsay(source, d.peers[source])
		}
	}
	for _, o := range objects {
		to, isLink := v.asns.node(o.scope.igp, o.named.RemoteNode)
		for source, r := range o.reports {
			if h := heard[o.scope][source]; h != nil {
				h.hear(o.local, r)
				if isLink && o.isLink() {
					h.links[o.local] = append(h.links[o.local], to)
				}
			}
		}
	}
	views := speakerViews{}
	for s, bySource := range heard {
		views[s] = newScopeViews(d, bySource)
	}
	return views
}

func newScopeViews(d *Database, heard map[string]*hearsay) *scopeViews {
	views := &scopeViews{bySource: map[string]*speakerView{}, seen: map[node]bool{}}
	for source, h := range heard {
		view := h.view()
		views.bySource[source] = view
		view.whole = d.standing(source) == complete
		if peer := d.peers[source]; peer != nil && view.whole {
			maps.Copy(views.seen, view.reached)
		}
	}
	for _, view := range views.bySource {
		view.noteSeen(views.seen)
	}
	return views
}

// remembering leaves out speakers whose table is not whole, of a node in a part of the
// network that another one sees.
func (s speakerViews) remembering(p place, sources []string) []string {
	views := s[p.scope]
	if views == nil {
		return sources
	}
	return slices.DeleteFunc(sources, func(source string) bool {
		view := views.bySource[source]
		return !view.whole && view.seen[view.parts[p.node]]
	})
}

// reaching leaves the speakers that reach a node, if there are any.
func (s speakerViews) reaching(p place, sources []string) []string {
	views := s[p.scope]
	if views == nil {
		return sources
	}
	var reaching []string
	for _, source := range sources {
		if views.bySource[source].reached[p.node] {
			reaching = append(reaching, source)
		}
	}
	if len(reaching) > 0 {
		return reaching
	}
	return sources
}
