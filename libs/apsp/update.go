package apsp

import (
	"slices"
	"sync/atomic"

	"github.com/altostream/altostream/libs/parallel"
)

// Update makes a matrix of the lengths in one graph that of the lengths in another, of which a few arcs
// are others, and returns by row the columns of the lengths that changed, in memory of changed. Only what such
// an arc is on the way of is looked at: where an arc became longer, the ends of paths that led over it
// are reached anew from what is around them (Ramalingam and Reps 1996, per source).
//
// It returns ok false if AllPairs is to be used: where much changes it is quicker, and for other
// nodes, or invisible ones that are joined to each other, there is no other way. The matrix is then undefined.
func (g *Graph[W]) Update(m *Matrix[W], before *Graph[W], changed [][]int32) (_ [][]int32, ok bool) {
	return g.update(m, before, changed, max(g.visible/arcShare, anyArcs), max(g.visible*g.visible/pairShare, anyPairs))
}

// update does for so many arcs and pairs at most.
func (g *Graph[W]) update(m *Matrix[W], before *Graph[W], changed [][]int32, arcs, pairs int) (_ [][]int32, ok bool) {
	if m.visible != g.visible || before.visible != g.visible || g.bottlenecks || !slices.Equal(before.noTransit[:g.visible], g.noTransit[:g.visible]) {
		return changed, false
	}
	was, ok := before.betweenVisible()
	if !ok {
		return changed, false
	}
	is, ok := g.betweenVisible()
	if !ok {
		return changed, false
	}
	u := &update[W]{Graph: g, arcsOfBoth: bothArcs(g.visible, was, is), matrix: m}
	if len(u.moved) > arcs {
		return changed, false
	}
	u.begin(changed, pairs)
	for _, moved := range u.moved {
		if !u.move(moved) {
			return u.changed, false
		}
	}
	u.sort()
	return u.changed, true
}

// What Update does at most: so many arcs, or one of so many nodes; so many pairs, or one of so many.
const (
	anyArcs   = 8
	arcShare  = 16
	anyPairs  = 1000
	pairShare = 10
)

type update[W Weight] struct {
	*Graph[W]
	*arcsOfBoth[W]
	matrix  *Matrix[W]
	changed [][]int32
	left    atomic.Int64 // pairs that may still change
}

func (u *update[W]) begin(changed [][]int32, pairs int) {
	u.left.Store(int64(pairs))
	u.changed = slices.Grow(changed[:0], u.visible)[:u.visible]
	for i := range u.changed {
		u.changed[i] = u.changed[i][:0]
	}
}

// move gives an arc its other weight. It returns false if too many pairs would have to be computed anew.
func (u *update[W]) move(to moved[W]) bool {
	arc := &u.arcs[to.arc]
	old := arc.Weight
	arc.Weight = to.weight
	if to.weight < old {
		u.shorten(*arc)
	} else {
		u.lengthen(*arc, old)
	}
	return u.left.Load() >= 0
}

// ahead are ends of paths over an arc, and their distances from its end.
type ahead[W Weight] struct {
	to       int32
	distance W
}

// over returns where paths may begin that lead over an arc, and where they may end: of lengths to its beginning
// and from its end, with its weight, is tells whether they are to be taken by what the length is without it.
func (u *update[W]) over(arc Arc[W], is func(over, direct W) bool) (sources []int32, ends []ahead[W]) {
	none, weight := Unreachable[W](), arc.Weight
	for from := range u.visible {
		near := u.matrix.At(from, arc.From)
		if near != none && (from == arc.From || !u.noTransit[arc.From]) && is(plus(near, weight), u.matrix.At(from, arc.To)) {
			sources = append(sources, int32(from))
		}
	}
	if len(sources) == 0 {
		return nil, nil
	}
	direct, far := u.matrix.Row(arc.From), u.matrix.Row(arc.To)
	for to, rest := range far {
		if rest != none && (to == arc.To || !u.noTransit[arc.To]) && is(plus(weight, rest), direct[to]) {
			ends = append(ends, ahead[W]{int32(to), rest})
		}
	}
	return sources, ends
}

// shorten takes the paths over an arc that became shorter, or is new, where they are shorter than others.
func (u *update[W]) shorten(arc Arc[W]) {
	sources, ends := u.over(arc, func(over, direct W) bool { return over < direct })
	parallel.Each(len(sources), sourcesAtATime, func() func(int) {
		return func(i int) {
			from := sources[i]
			row, near := u.matrix.Row(int(from)), plus(u.matrix.At(int(from), arc.From), arc.Weight)
			known := len(u.changed[from])
			for _, end := range ends {
				if length := plus(near, end.distance); length < row[end.to] {
					row[end.to] = length
					u.changed[from] = append(u.changed[from], end.to)
				}
			}
			u.left.Add(int64(known - len(u.changed[from])))
		}
	})
}

// sourcesAtATime is how many a goroutine takes at a time.
const sourcesAtATime = 64

// lengthen has the paths that led over an arc that became longer, or is gone, found anew.
func (u *update[W]) lengthen(arc Arc[W], old W) {
	was := arc
	was.Weight = old
	sources, ends := u.over(was, func(over, direct W) bool { return over == direct && direct != Unreachable[W]() })
	parallel.Each(len(sources), sourcesAtATime, func() func(int) {
		r := &reaching[W]{update: u, open: make([]bool, u.visible)}
		return func(i int) {
			from := sources[i]
			near := plus(u.matrix.At(int(from), arc.From), old)
			r.begin(from)
			for _, end := range ends {
				if end.to != from && plus(near, end.distance) == r.row[end.to] {
					r.leave(end.to)
				}
			}
			if u.left.Add(-int64(len(r.ends))) >= 0 {
				r.reach()
			}
			r.end()
		}
	})
}

// sort has the columns of each row in their order, each once.
func (u *update[W]) sort() {
	parallel.Each(len(u.changed), sourcesAtATime, func() func(int) {
		return func(from int) {
			slices.Sort(u.changed[from])
			u.changed[from] = slices.Compact(u.changed[from])
		}
	})
}
