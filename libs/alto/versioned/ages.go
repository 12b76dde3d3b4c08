package versioned

import (
	"cmp"
	"slices"
	"strings"
)

// ages are the rows whose parts need deltas, in the order of the first of these, which is the next to be overwritten.
type ages struct {
	queue  []aging
	counts map[int64]int // of rows, by the version of that delta
}

// aging is a row with its part, which needs no delta any more when it is replaced.
type aging struct {
	row  string
	part *part
}

func newAges(parts map[string]*part) ages {
	a := ages{counts: map[int64]int{}}
	for row, p := range parts {
		a.add(row, p)
	}
	slices.SortFunc(a.queue, func(x, y aging) int {
		return cmp.Or(cmp.Compare(x.part.since, y.part.since), strings.Compare(x.row, y.row))
	})
	return a
}

// add adds a row if its part needs deltas.
func (a *ages) add(row string, p *part) {
	if p.since > 0 {
		a.queue = append(a.queue, aging{row, p})
		a.counts[p.since]++
	}
}

// replaced says that a part is not in the topic any more.
func (a *ages) replaced(p *part) {
	if p == nil || p.since == 0 {
		return
	}
	if a.counts[p.since]--; a.counts[p.since] == 0 {
		delete(a.counts, p.since)
	}
	p.since = 0
	for len(a.queue) > 0 && a.queue[0].part.since == 0 {
		a.queue = a.queue[1:]
	}
}

// oldest yields rows and the versions of the first deltas that they need, the oldest first.
func (a *ages) oldest(yield func(row string, since int64) bool) {
	for _, e := range a.queue {
		if e.part.since > 0 && !yield(e.row, e.part.since) {
			return
		}
	}
}
