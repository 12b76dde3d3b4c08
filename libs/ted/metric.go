package ted

import (
	"math"
	"slices"

	"github.com/altostream/altostream/libs/igp"
)

// Metric says what the cost of a path is.
type Metric int

const (
	// RoutingIGP is the sum of IGP metrics (TLV 1095).
	RoutingIGP Metric = iota
	// RoutingTE is the least sum of TE default metrics (TLV 1092, else 1122).
	RoutingTE
	// RoutingHops is the least number of links. A pseudonode counts no hop.
	RoutingHops
	// HopCount is the number of links on that path of least IGP cost which has the
	// fewest links.
	HopCount

	// DelayOneWay is the sum of the average delays of links in microseconds (TLV 1114). Like all
	// that follow it is of the path of least IGP cost, of several the worst.
	DelayOneWay
	// DelayOneWayMin is the sum of the least delays in microseconds (TLV 1115).
	DelayOneWayMin
	// DelayOneWayMax is the sum of the greatest delays in microseconds (TLV 1115).
	DelayOneWayMax
	// DelayRoundTrip is DelayOneWay there and back.
	DelayRoundTrip
	// DelayVariation is the sum of the variations in microseconds (TLV 1116).
	DelayVariation
	// LossRate is the percentage of packets that are lost on the way (TLV 1117).
	LossRate
	// ResidualBandwidth is the least of the links in bytes per second (TLV 1118).
	ResidualBandwidth
	// AvailableBandwidth is the least of the links in bytes per second (TLV 1119).
	AvailableBandwidth
	// ReservableBandwidth is the least of what can be reserved at most, in bytes per second (TLV 1090).
	ReservableBandwidth

	// WidestResidualBandwidth is ResidualBandwidth of the path on which that is the most.
	WidestResidualBandwidth
	// WidestAvailableBandwidth is AvailableBandwidth of the path on which that is the most.
	WidestAvailableBandwidth
	// WidestReservableBandwidth is ReservableBandwidth of the path on which that is the most.
	WidestReservableBandwidth
)

// Bandwidth tells whether the metric is a bandwidth, of which more is better.
func (m Metric) Bandwidth() bool {
	of, ok := measures[m]
	return ok && of.Measure.Bandwidth()
}

// measure is what a metric is made of.
type measure struct {
	igp.Measure
	roundTrip bool
	widest    bool
}

var measures = map[Metric]measure{
	DelayOneWay:               {Measure: igp.Delay},
	DelayOneWayMin:            {Measure: igp.DelayMin},
	DelayOneWayMax:            {Measure: igp.DelayMax},
	DelayRoundTrip:            {Measure: igp.Delay, roundTrip: true},
	DelayVariation:            {Measure: igp.DelayVariation},
	LossRate:                  {Measure: igp.Loss},
	ResidualBandwidth:         {Measure: igp.ResidualBandwidth},
	AvailableBandwidth:        {Measure: igp.AvailableBandwidth},
	ReservableBandwidth:       {Measure: igp.ReservableBandwidth},
	WidestResidualBandwidth:   {Measure: igp.ResidualBandwidth, widest: true},
	WidestAvailableBandwidth:  {Measure: igp.AvailableBandwidth, widest: true},
	WidestReservableBandwidth: {Measure: igp.ReservableBandwidth, widest: true},
}

// measuredCosts are read from what a measure of links comes to between routers.
type measuredCosts struct {
	pids []string
	measure
	values *igp.Values
}

func (c measuredCosts) PIDs() []string { return c.pids }

func (c measuredCosts) Row(from int, costs []float64) {
	for to := range costs {
		costs[to] = c.Cost(from, to)
	}
}

func (c measuredCosts) Cost(from, to int) float64 {
	cost := c.values.At(from, to)
	switch {
	case from == to:
		return 0
	case c.roundTrip:
		return cost + c.values.At(to, from)
	case c.Measure == igp.Loss:
		return inPercent(cost)
	}
	return cost
}

// State is that of alto.TracedCosts.
func (c measuredCosts) State() any { return stateOf(c.values, c.pids) }

func (c measuredCosts) ChangedSince(state any) (changed [][]int32, ok bool) {
	changed, ok = changedSince(state, c.values, c.pids)
	if c.roundTrip && changed != nil {
		changed = thereAndBack(changed)
	}
	return changed, ok
}

// thereAndBack returns the cells of a matrix, by row, and those of the way back.
func thereAndBack(cells [][]int32) [][]int32 {
	both := make([][]int32, len(cells))
	for from, columns := range cells {
		both[from] = append(both[from], columns...)
		for _, to := range columns {
			both[to] = append(both[to], int32(from))
		}
	}
	for from := range both {
		slices.Sort(both[from])
		both[from] = slices.Compact(both[from])
	}
	return both
}

// inPercent is a loss in percent. Routers tell it in steps of 0.000003 % (RFC 8571 §2.4); what is
// below a thousandth of that is rounding.
func inPercent(loss float64) float64 {
	const steps = 1e9
	return math.Round(loss*percent*steps) / steps
}
