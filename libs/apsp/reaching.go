package apsp

// reaching finds paths from one node anew to some others, its ends: Dijkstra's algorithm from
// what is around these, of which the lengths are right.
type reaching[W Weight] struct {
	*update[W]
	from  int32
	row   []W
	ends  []ahead[W] // with the lengths that were
	open  []bool     // by node: an end whose length is not known yet
	front frontier[W]
}

func (r *reaching[W]) begin(from int32) {
	r.from, r.row, r.ends = from, r.matrix.Row(int(from)), r.ends[:0]
}

// leave makes a node an end.
func (r *reaching[W]) leave(end int32) {
	r.ends = append(r.ends, ahead[W]{end, r.row[end]})
	r.open[end] = true
}

func (r *reaching[W]) reach() {
	for _, e := range r.ends {
		least := Unreachable[W]()
		for _, number := range r.into(e.to) {
			arc := &r.arcs[number]
			if near := int32(arc.From); !r.open[near] && (near == r.from || !r.noTransit[near]) {
				least = min(least, plus(r.row[near], arc.Weight))
			}
		}
		if r.row[e.to] = least; least != Unreachable[W]() {
			r.front.push(ahead[W]{e.to, least})
		}
	}
	for len(r.front) > 0 {
		nearest := r.front.pop()
		if nearest.distance > r.row[nearest.to] || !r.open[nearest.to] {
			continue // a shorter way was found after it was put in
		}
		r.open[nearest.to] = false
		if r.noTransit[nearest.to] {
			continue
		}
		for _, arc := range r.out(nearest.to) {
			if length := plus(nearest.distance, arc.Weight); r.open[arc.To] && length < r.row[arc.To] {
				r.row[arc.To] = length
				r.front.push(ahead[W]{int32(arc.To), length})
			}
		}
	}
}

// end notes what changed.
func (r *reaching[W]) end() {
	for _, e := range r.ends {
		r.open[e.to] = false
		if r.row[e.to] != e.distance {
			r.changed[r.from] = append(r.changed[r.from], e.to)
		}
	}
}

// frontier is a binary heap, the least distance first.
type frontier[W Weight] []ahead[W]

func (q *frontier[W]) push(e ahead[W]) {
	h := append(*q, e)
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if h[parent].distance <= e.distance {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = e
	*q = h
}

func (q *frontier[W]) pop() ahead[W] {
	h := *q
	least, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	i := 0
	for 2*i+1 < len(h) {
		child := 2*i + 1
		if child+1 < len(h) && h[child+1].distance < h[child].distance {
			child++
		}
		if last.distance <= h[child].distance {
			break
		}
		h[i] = h[child]
		i = child
	}
	if len(h) > 0 {
		h[i] = last
	}
	return least
}
