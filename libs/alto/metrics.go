package alto

import "strings"

// Cost metrics (RFC 7285 §6.1.1, RFC 9439 §4, §5). After a colon can follow which statistic of
// it is meant (RFC 9439 §3.2).
const (
	RoutingCost            = "routingcost"
	HopCount               = "hopcount"
	DelayOneWay            = "delay-ow"
	DelayRoundTrip         = "delay-rt"
	DelayVariation         = "delay-variation"
	LossRate               = "lossrate"
	ResidualBandwidth      = "bw-residual"
	AvailableBandwidth     = "bw-available"
	MaxReservableBandwidth = "priv:bw-maxres"
)

// Statistics of a metric.
const (
	Minimum = ":min"
	Maximum = ":max"
)

// Unit is the unit of a cost metric in numerical mode; "" if it has none, or is not known.
func Unit(metric string) string {
	base, _, _ := strings.Cut(strings.TrimPrefix(metric, "priv:"), ":")
	switch base {
	case HopCount:
		return "links"
	case DelayOneWay, DelayRoundTrip, DelayVariation:
		return "µs"
	case LossRate:
		return "percent"
	case ResidualBandwidth, AvailableBandwidth, "bw-maxres":
		return "bytes/s"
	}
	return ""
}

// Cost sources (RFC 9439 §3.1).
const (
	// Nominal is what is configured.
	Nominal = "nominal"
	// Estimation is what is computed from measurements.
	Estimation = "estimation"
)
