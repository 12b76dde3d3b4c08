package costbuilder

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// Metric is a cost type (RFC 7285 §10.7), and what its costs are.
type Metric struct {
	Name    string
	Mode    string
	Context *schemas.CostContext
	Costs   ted.Metric
}

// ordinal ends the name of a metric of which ranks are asked for, as it ends its resource id.
const ordinal = "-" + alto.Ordinal

// Paths along which bandwidths are shown.
const (
	widestPath = "widest"
	igpPath    = "igp"
)

var routingCosts = map[string]ted.Metric{igpPath: ted.RoutingIGP, "te": ted.RoutingTE, "hops": ted.RoutingHops}

// ofLinks is a metric of paths that is made of what is told of their links.
type ofLinks struct {
	source string
	tlv    string // of BGP-LS
	along  ted.Metric
	widest ted.Metric // of bandwidths
}

var linkMetrics = map[string]ofLinks{
	alto.DelayOneWay:                {alto.Estimation, "1114", ted.DelayOneWay, 0},
	alto.DelayOneWay + alto.Minimum: {alto.Estimation, "1115", ted.DelayOneWayMin, 0},
	alto.DelayOneWay + alto.Maximum: {alto.Estimation, "1115", ted.DelayOneWayMax, 0},
	alto.DelayRoundTrip:             {alto.Estimation, "1114", ted.DelayRoundTrip, 0},
	alto.DelayVariation:             {alto.Estimation, "1116", ted.DelayVariation, 0},
	alto.LossRate:                   {alto.Estimation, "1117", ted.LossRate, 0},
	alto.ResidualBandwidth:          {alto.Estimation, "1118", ted.ResidualBandwidth, ted.WidestResidualBandwidth},
	alto.AvailableBandwidth:         {alto.Estimation, "1119", ted.AvailableBandwidth, ted.WidestAvailableBandwidth},
	alto.MaxReservableBandwidth:     {alto.Nominal, "1090", ted.ReservableBandwidth, ted.WidestReservableBandwidth},
}

// metricNames are the names of all metrics, sorted.
func metricNames() []string {
	names := append(slices.Collect(maps.Keys(linkMetrics)), alto.RoutingCost, alto.HopCount)
	slices.Sort(names)
	return names
}

// metric returns a metric by what COST_METRICS calls it.
func (c *Config) metric(text string) (Metric, error) {
	m := Metric{Mode: alto.Numerical}
	name, ranks := strings.CutSuffix(text, ordinal)
	if m.Name = name; ranks {
		m.Mode = alto.Ordinal
	}
	l, isOfLinks := linkMetrics[name]
	switch {
	case name == alto.RoutingCost:
		m.Costs = routingCosts[c.RoutingCost]
	case name == alto.HopCount:
		m.Costs = ted.HopCount
	case isOfLinks:
		path := igpPath
		if m.Costs = l.along; l.along.Bandwidth() && c.BandwidthPath == widestPath {
			m.Costs, path = l.widest, widestPath
		}
		m.Context = &schemas.CostContext{CostSource: l.source, Parameters: map[string]string{"tlv": l.tlv, "path": path}}
	default:
		return m, fmt.Errorf("has %q; there are %s, each also with %s", text, strings.Join(metricNames(), ", "), ordinal)
	}
	return m, nil
}

// metrics returns the metrics asked for.
func (c *Config) metrics() ([]Metric, error) {
	var out []Metric
	for i, text := range c.CostMetrics {
		if slices.Contains(c.CostMetrics[:i], text) {
			return nil, fmt.Errorf("has %q twice", text)
		}
		m, err := c.metric(text)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}
