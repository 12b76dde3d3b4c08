package igp

// leg is the part of a path within one area: to the destination, or to a router that goes on
// from there as its own route leads.
type leg struct {
	from place
	node int // its end, in the area of from
	via  int // the router there
}

// best is the best of the ways that were offered. If it has a whole and no length, that is the route, and it leads nowhere.
type best struct {
	whole, length Distance
	legs          []leg // of all that are equally good by the metric, the best first, if they are asked for
}

// noWay is the best of none, in the memory of a router's legs.
func (r *routing) noWay(from int) best {
	b := best{whole: Unreachable, length: Unreachable}
	if r.legs != nil {
		b.legs = r.legs[from][:0]
	}
	return b
}

// isRoute tells whether there is a route, though it may lead nowhere.
func (b *best) isRoute() bool { return b.whole != Unreachable }

// offer offers the best a way of a length, or one that leads nowhere. Ways are compared by the whole first.
func (r *routing) offer(b *best, whole, length Distance, l leg) {
	switch {
	case length == Unreachable && whole < b.whole:
		*b = best{whole, Unreachable, b.legs[:0]}
		return
	case length == Unreachable:
		return
	}
	if r.legs != nil {
		switch {
		case whole.Metric() < b.whole.Metric():
			b.legs = append(b.legs[:0], l)
		case whole.Metric() == b.whole.Metric():
			b.legs = append(b.legs, l)
		}
	}
	if whole < b.whole || whole == b.whole && length < b.length {
		b.whole, b.length = whole, length
		if last := len(b.legs) - 1; last > 0 {
			b.legs[0], b.legs[last] = b.legs[last], b.legs[0]
		}
	}
}

// offerWithinOther offers the ways of a router to the destination within areas other than a
// given one.
func (r *routing) offerWithinOther(b *best, router, than int) {
	for _, p := range r.places[router] {
		if p.area != than {
			r.offerWithin(b, p)
		}
	}
}

// offerWithin offers the way to the destination within an area.
func (r *routing) offerWithin(b *best, from place) {
	if d := r.within(from); d != Unreachable {
		r.offer(b, d, d, leg{from, r.home(from.area).node, r.to})
	}
}
