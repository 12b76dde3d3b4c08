package igp

import "slices"

// trace is what the distances to a destination were made of, between areas: as long as nothing of that changes, they
// do not change.
type trace struct {
	begun    int // in which version of the distances all of them were asked for
	covering []covering
	columns  []place // the nodes that were looked for within areas, by the routers themselves or for others
	vias     []int   // the routers whose routes, or distances within areas, count for others
	circular bool    // some of these count for each other: routes are those of the order in which they were asked for
}

// isOf tells whether what is told of the destination at hand is what was told of it then.
func (t *trace) isOf(r *routing) bool {
	return slices.EqualFunc(t.covering, r.covering, func(a, b covering) bool {
		return a.Prefix == b.Prefix && slices.EqualFunc(a.tellers, b.tellers, slices.Equal[[]Advertisement])
	})
}

// tracer notes the trace of the destination at hand.
type tracer struct {
	*trace
	from    int      // the router whose route is looked for, if only for that of another
	columns [][]bool // by area and node: it is in the trace
	vias    []bool   // by router
	asking  []bool   // by router: its route is asked for, and not known yet
}

func newTracer(r *routing) *tracer {
	t := &tracer{vias: make([]bool, r.routers), asking: make([]bool, r.routers)}
	for _, a := range r.domain.Areas {
		t.columns = append(t.columns, make([]bool, len(a.Nodes)))
	}
	return t
}

// begin goes on with a trace.
func (t *tracer) begin(of *trace) {
	if t.trace != nil {
		t.mark(false)
	}
	t.trace = of
	t.mark(true)
}

func (t *tracer) mark(in bool) {
	for _, c := range t.trace.columns {
		t.columns[c.area][c.node] = in
	}
	for _, via := range t.trace.vias {
		t.vias[via] = in
	}
}

// via notes that something of a router counts for the one whose route is asked for.
func (t *tracer) via(router int) {
	if router != t.from && !t.vias[router] {
		t.vias[router] = true
		t.trace.vias = append(t.trace.vias, router)
	}
}

// route notes that the route of a router counts for the one whose route is asked for.
func (t *tracer) route(router int) {
	t.via(router)
	if t.asking[router] {
		t.trace.circular = true
	}
}

func (t *tracer) column(area, node int) {
	if !t.columns[area][node] {
		t.columns[area][node] = true
		t.trace.columns = append(t.trace.columns, place{area, node})
	}
}

// near returns the distance between two nodes of an area.
func (r *routing) near(area, from, to int) Distance {
	if r.tracer != nil {
		r.tracer.via(r.domain.Areas[area].Nodes[from].Router)
		r.tracer.column(area, to)
	}
	return r.inside[area].at(from, to)
}

// newTrace begins the trace of the destination at hand anew.
func (r *routing) newTrace() {
	t := &r.traces[r.to]
	*t = trace{begun: r.version}
	for _, c := range r.covering {
		tellers := make([][]Advertisement, len(c.tellers))
		for i := range tellers {
			tellers[i] = slices.Clone(c.tellers[i])
		}
		t.covering = append(t.covering, covering{c.Prefix, tellers})
	}
	r.tracer.begin(t)
}
