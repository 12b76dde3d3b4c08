package router

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fewRouters are so many that a person wants to hear of each pair.
const fewRouters = 20

// consequences returns, before a link changes, what says after it which routers reach each
// other no more, or again; of many routers how many the first speaker reaches.
func (t *Topology) consequences(l *link) func() []string {
	if len(t.routers) > fewRouters {
		first, others := t.speakers[0], len(t.routers)-1
		before := len(t.distances(first, backbone))
		return func() []string {
			now := len(t.distances(first, backbone))
			if now == before {
				return nil
			}
			return []string{fmt.Sprintf("%s reaches %d of %d routers", first, now-1, others)}
		}
	}
	before := t.unreachable()
	return func() []string {
		now := t.unreachable()
		lost := less.describe(except(now, before))
		if len(lost) > 0 && t.wasBackbone(l) {
			lost[len(lost)-1] += fmt.Sprintf(": %s was the only backbone link", l)
		}
		return append(lost, more.describe(except(before, now))...)
	}
}

// wasBackbone tells whether a link that is down was the last of the backbone.
func (t *Topology) wasBackbone(l *link) bool {
	up := func(l *link) bool { return l.area == backbone && !l.down }
	return l.area == backbone && l.down && !slices.ContainsFunc(t.links, up)
}

func except(pairs, others []Pair) []Pair {
	return slices.DeleteFunc(slices.Clone(pairs), func(p Pair) bool { return slices.Contains(others, p) })
}

// words say of a router, and of one or more others, that they reach each other or not.
type words struct{ two, each, back string }

var (
	less = words{"%s and %s do not reach each other any more", "%s does not reach %s any more", ", nor they %s"}
	more = words{"%s and %s reach each other again", "%s reaches %s again", ", and they %s"}
)

// describe puts pairs in words, with few lines: first the router that is in most of them.
func (w words) describe(pairs []Pair) []string {
	to := map[string][]string{}
	for _, p := range pairs {
		to[p.From] = append(to[p.From], p.To)
	}
	order := slices.SortedFunc(maps.Keys(to), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(to[b]), len(to[a])), cmp.Compare(a, b))
	})
	var lines []string
	for i, from := range order {
		var mutual, single []string
		for _, other := range to[from] {
			switch {
			case !slices.Contains(to[other], from):
				single = append(single, other)
			case !slices.Contains(order[:i], other):
				mutual = append(mutual, other)
			}
		}
		switch {
		case len(mutual) == 1:
			lines = append(lines, fmt.Sprintf(w.two, from, mutual[0]))
		case len(mutual) > 1:
			lines = append(lines, fmt.Sprintf(w.each+w.back, from, strings.Join(mutual, ", "), from))
		}
		if len(single) > 0 {
			lines = append(lines, fmt.Sprintf(w.each, from, strings.Join(single, ", ")))
		}
	}
	return lines
}
