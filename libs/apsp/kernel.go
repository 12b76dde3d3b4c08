package apsp

// The loops in which all the time is spent. In Go their sums are of 64 bits, so they cannot
// overflow, and the minimum with what fits into W saturates them: exact, and without a branch.
// On amd64 with AVX2 the same is done eight or four cells at a time (minplus_amd64.s).

// term is a sum: a weight and a row. Its layout is known to minplus_amd64.s.
type term[W Weight] struct {
	weight uint64
	row    []W
}

// mode says what a row is.
type mode uint8

const (
	fills   mode = iota // what is in it does not count
	holds               // it holds sums already
	streams             // it is filled and not soon read: it goes past the cache
)

// reach makes a row the least of sums and, if it holds some already, of those.
func reach[W Weight](row []W, through []term[W], mode mode) {
	if vector(row, through, mode) {
		return
	}
	plain(row, through, mode)
}

// reach makes a row the least of the ways that lead on over terms.
func (g *Graph[W]) reach(row []W, through []term[W], mode mode) {
	if g.bottlenecks {
		narrow(row, through, mode)
		return
	}
	reach(row, through, mode)
}

// narrow is reach with the greater one in the place of a sum.
func narrow[W Weight](row []W, through []term[W], mode mode) {
	if mode != holds {
		for i := range row {
			row[i] = Unreachable[W]()
		}
	}
	for _, t := range through {
		w, r := W(t.weight), t.row[:len(row)]
		for i, d := range row {
			row[i] = min(d, max(w, r[i]))
		}
	}
}

// plain is reach for any processor.
func plain[W Weight](row []W, through []term[W], mode mode) {
	switch {
	case mode == holds:
	case len(through) == 0:
		for i := range row {
			row[i] = Unreachable[W]()
		}
	case len(through) == 1:
		set(row, through[0])
		return
	default:
		set2(row, through[0], through[1])
		through = through[2:]
	}
	for ; len(through) >= 4; through = through[4:] {
		relax4(row, (*[4]term[W])(through))
	}
	for _, t := range through {
		relax(row, t)
	}
}

// set writes four cells at a time: it is what most rows of a provider's network need.
func set[W Weight](row []W, t term[W]) {
	none, w, r := uint64(Unreachable[W]()), t.weight, t.row[:len(row)]
	for len(row) >= 4 && len(r) >= 4 {
		row[0] = W(min(none, w+uint64(r[0])))
		row[1] = W(min(none, w+uint64(r[1])))
		row[2] = W(min(none, w+uint64(r[2])))
		row[3] = W(min(none, w+uint64(r[3])))
		row, r = row[4:], r[4:]
	}
	for i := range row {
		row[i] = W(min(none, w+uint64(r[i])))
	}
}

func set2[W Weight](row []W, s, t term[W]) {
	none := uint64(Unreachable[W]())
	v, q, w, r := s.weight, s.row[:len(row)], t.weight, t.row[:len(row)]
	for i := range row {
		row[i] = W(min(none, v+uint64(q[i]), w+uint64(r[i])))
	}
}

func relax[W Weight](row []W, t term[W]) {
	w, r := t.weight, t.row[:len(row)]
	for i, d := range row {
		row[i] = W(min(uint64(d), w+uint64(r[i])))
	}
}

func relax4[W Weight](row []W, t *[4]term[W]) {
	w0, w1, w2, w3 := t[0].weight, t[1].weight, t[2].weight, t[3].weight
	r0, r1, r2, r3 := t[0].row[:len(row)], t[1].row[:len(row)], t[2].row[:len(row)], t[3].row[:len(row)]
	for i, d := range row {
		near := min(uint64(d), w0+uint64(r0[i]))
		far := min(w1+uint64(r1[i]), w2+uint64(r2[i]))
		row[i] = W(min(near, far, w3+uint64(r3[i])))
	}
}
