package ted

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// attributes sets attributes of a link.
func attributes(set func(*schemas.Attributes)) option {
	return func(r *schemas.RawTopology) { set(r.Attributes) }
}

func delay(micros uint32) option {
	return attributes(func(a *schemas.Attributes) { a.DelayMicros = &micros })
}

// forApplication tells link attributes for a standard application alone (TLV 1122).
func forApplication(standard string, m schemas.LinkMetrics) option {
	return attributes(func(a *schemas.Attributes) {
		a.ApplicationSpecific = append(a.ApplicationSpecific, schemas.ApplicationLink{Standard: standard, Metrics: m})
	})
}

// everything is all that can be measured of a link.
func everything(a *schemas.Attributes) {
	a.DelayMicros, a.DelayAnomalous = ptr[uint32](10), ptr(true)
	a.DelayMinMicros, a.DelayMaxMicros = ptr[uint32](8), ptr[uint32](99)
	a.DelayVariationMicros = ptr[uint32](3)
	a.LossPercent = ptr(50.0)
	a.MaxReservableBandwidth, a.ResidualBandwidth, a.AvailableBandwidth = ptr(3e9), ptr(2e9), ptr(1e9)
}

func TestMeasuredCosts(t *testing.T) {
	first, second := level2.link(s1, s2, metric(1), attributes(everything)), level2.link(s2, s3, metric(1), attributes(everything))
	second.Attributes.AvailableBandwidth = ptr(0.0)
	d := one(all(first, level2.link(s2, s1, metric(1), delay(7)), second, level2.link(s3, s2, metric(1), delay(0)))...)
	for m, want := range map[Metric]costs{
		DelayOneWay:               {q1: {q1: 0, q2: 10, q3: 20}, q2: {q1: 7, q2: 0, q3: 10}, q3: {q1: 7, q2: 0, q3: 0}},
		DelayOneWayMin:            {q1: {q1: 0, q2: 8, q3: 16}, q2: {q2: 0, q3: 8}, q3: {q3: 0}},
		DelayOneWayMax:            {q1: {q1: 0, q2: 99, q3: 198}, q2: {q2: 0, q3: 99}, q3: {q3: 0}},
		DelayRoundTrip:            {q1: {q1: 0, q2: 17, q3: 27}, q2: {q1: 17, q2: 0, q3: 10}, q3: {q1: 27, q2: 10, q3: 0}},
		DelayVariation:            {q1: {q1: 0, q2: 3, q3: 6}, q2: {q2: 0, q3: 3}, q3: {q3: 0}},
		LossRate:                  {q1: {q1: 0, q2: 50, q3: 75}, q2: {q2: 0, q3: 50}, q3: {q3: 0}},
		ResidualBandwidth:         {q1: {q1: 0, q2: 2e9, q3: 2e9}, q2: {q2: 0, q3: 2e9}, q3: {q3: 0}},
		AvailableBandwidth:        {q1: {q1: 0, q2: 1e9, q3: 0}, q2: {q2: 0, q3: 0}, q3: {q3: 0}},
		WidestReservableBandwidth: {q1: {q1: 0, q2: 3e9, q3: 3e9}, q2: {q2: 0, q3: 3e9}, q3: {q3: 0}},
	} {
		wantEqual(t, "metric", want, d.Graph().Costs(m))
	}
}

// The widest path leads round, the IGP's does not.
func TestWidestPath(t *testing.T) {
	wide := func(bandwidth float64) option {
		return attributes(func(a *schemas.Attributes) { a.MaxReservableBandwidth = &bandwidth })
	}
	g := one(level2.link(s1, s3, metric(1), wide(1)), level2.link(s3, s1, metric(1)),
		level2.link(s1, s2, metric(1), wide(9)), level2.link(s2, s1, metric(1)),
		level2.link(s2, s3, metric(1), wide(5)), level2.link(s3, s2, metric(1))).Graph()
	wantEqual(t, "widest", row{q1: 0, q2: 9, q3: 5}, rowOf(g, WidestReservableBandwidth))
	wantEqual(t, "of the IGP", row{q1: 0, q2: 9, q3: 1}, rowOf(g, ReservableBandwidth))
}

func rowOf(g *Graph, m Metric) row {
	costs := g.Costs(m)
	values, out := make([]float64, len(costs.PIDs())), row{}
	costs.Row(0, values)
	for i, pid := range costs.PIDs() {
		if !math.IsNaN(values[i]) {
			out[pid] = values[i]
		}
	}
	return out
}

func TestWhoseMeasurementCounts(t *testing.T) {
	const rsvpTE, srPolicy, flexAlgo = "80000000", "40000000", "10000000"
	of := func(micros uint32) schemas.LinkMetrics { return schemas.LinkMetrics{DelayMicros: &micros} }
	for _, test := range []struct {
		name string
		link []option
		want row
	}{
		{"the one for all applications", []option{delay(1), forApplication(rsvpTE, of(2))}, row{q1: 0, q2: 1}},
		{"else that of the first application", []option{forApplication(flexAlgo, of(3)), forApplication(srPolicy, of(2))}, row{q1: 0, q2: 2}},
		{"each value by itself", []option{forApplication(rsvpTE, schemas.LinkMetrics{DelayMinMicros: ptr[uint32](1)}), forApplication(flexAlgo, of(4))}, row{q1: 0, q2: 4}},
		{"that for any application comes last", []option{forApplication("", of(5))}, row{q1: 0, q2: 5}},
		{"0 is a value", []option{delay(0)}, row{q1: 0, q2: 0}},
		{"not told", nil, row{q1: 0}},
		{"another value does not stand for it", []option{forApplication(rsvpTE, schemas.LinkMetrics{DelayMaxMicros: ptr[uint32](1)})}, row{q1: 0}},
		{"no attributes", []option{withoutAttributes}, row{q1: 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := one(level2.link(s1, s2, append([]option{metric(1)}, test.link...)...), level2.link(s2, s1, metric(1))).Graph()
			wantEqual(t, "delay", test.want, rowOf(g, DelayOneWay))
		})
	}
}

// A bandwidth is of 32 bits as it was sent, which can be no number.
func TestBandwidthThatIsNone(t *testing.T) {
	for _, bandwidth := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1} {
		g := one(level2.link(s1, s2, metric(1), attributes(func(a *schemas.Attributes) { a.AvailableBandwidth = &bandwidth })),
			level2.link(s2, s1, metric(1))).Graph()
		wantEqual(t, "of the IGP", row{q1: 0}, rowOf(g, AvailableBandwidth))
		wantEqual(t, "widest", row{q1: 0}, rowOf(g, WidestAvailableBandwidth))
	}
}

// What one link tells comes out as it was told.
func TestLossInPercent(t *testing.T) {
	const step = 0.000003 // RFC 8571 §2.4
	for n := range 1000 {
		told := float64(n) * step
		g := one(level2.link(s1, s2, metric(1), attributes(func(a *schemas.Attributes) { a.LossPercent = &told })), level2.link(s2, s1, metric(1))).Graph()
		want := math.Round(float64(n)*3) / 1e6
		wantEqual(t, "loss", row{q1: 0, q2: want}, rowOf(g, LossRate))
	}
}

// TestMeasuredChanges changes what is measured of links of one area, and their metrics: all costs are as those of a database
// that was given the same records at once, and it is told which changed.
func TestMeasuredChanges(t *testing.T) {
	const routers = 7
	rng := rand.New(rand.NewPCG(1, 2))
	var ends [][2]string
	for n := range routers {
		for _, next := range []int{n + 1, n + 2} {
			a, b := fmt.Sprintf("%012x", n+1), fmt.Sprintf("%012x", next%routers+1)
			ends = append(ends, [2]string{a, b}, [2]string{b, a})
		}
	}
	tell := func(at int) *schemas.RawTopology {
		return level2.link(ends[at][0], ends[at][1], metric(1+rng.Uint32N(4)), attributes(func(a *schemas.Attributes) {
			everything(a)
			a.DelayMicros, a.LossPercent, a.AvailableBandwidth = ptr(rng.Uint32N(9)), ptr(rng.Float64()), ptr(float64(rng.IntN(9)))
		}))
	}
	links := make([]*schemas.RawTopology, len(ends))
	for at := range links {
		links[at] = tell(at)
	}
	d, traces, told := one(links...), traces{}, 0
	for step := range 200 {
		for range 1 + rng.IntN(2) {
			at := rng.IntN(len(links))
			links[at] = tell(at)
			d.Put(keyOf(speaker, links[at]), links[at])
		}
		wantEqual(t, fmt.Sprintf("step %d", step), ask(one(links...)), ask(d))
		if told += traces.want(t, d.Graph()); t.Failed() {
			return
		}
	}
	if told < 500 {
		t.Errorf("%d times it was told what changed", told)
	}
}

// TestMeasuredAlone changes one thing that is told of a link: of costs that do not depend on it, it is told that none changed.
func TestMeasuredAlone(t *testing.T) {
	link := func(igp uint32, set func(*schemas.Attributes)) *schemas.RawTopology {
		return level2.link(s1, s2, metric(igp), attributes(everything), attributes(set))
	}
	all := []Metric{DelayOneWay, LossRate, AvailableBandwidth, WidestAvailableBandwidth}
	for _, test := range []struct {
		name    string
		link    *schemas.RawTopology
		touched []Metric
	}{
		{"the IGP's metric: the paths of the IGP", link(5, func(*schemas.Attributes) {}), all[:3]},
		{"delay", link(1, func(a *schemas.Attributes) { a.DelayMicros = ptr[uint32](77) }), []Metric{DelayOneWay}},
		{"loss, not told any more", link(1, func(a *schemas.Attributes) { a.LossPercent = nil }), []Metric{LossRate}},
		{"bandwidth", link(1, func(a *schemas.Attributes) { a.AvailableBandwidth = ptr(7.0) }), all[2:]},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := one(level2.node(s1), level2.node(s2), link(1, func(*schemas.Attributes) {}), level2.link(s2, s1, metric(1), attributes(everything)))
			before := map[Metric]any{}
			for _, m := range all {
				before[m] = d.Graph().Costs(m).(alto.TracedCosts).State()
			}
			d.Put(keyOf(speaker, test.link), test.link)
			var touched []Metric
			for _, m := range all {
				if changed, ok := d.Graph().Costs(m).(alto.TracedCosts).ChangedSince(before[m]); !ok || changed != nil {
					touched = append(touched, m)
				}
			}
			wantEqual(t, "touched", test.touched, touched)
		})
	}
}

// A link of BGP, which needs none back, turns round.
func TestMeasuredLinkTurns(t *testing.T) {
	peering := domain{protocol: 7, asn: ptr[uint32](100)}
	there, back := peering.link(s1, s2, attributes(everything)), peering.link(s2, s1, attributes(everything))
	nodes := []*schemas.RawTopology{peering.node(s1), peering.node(s2)}
	d := one(all(nodes, there)...)
	ask(d)
	d.Delete(keyOf(speaker, there))
	d.Put(keyOf(speaker, back), back)
	wantEqual(t, "turned", ask(one(all(nodes, back)...)), ask(d))
}
