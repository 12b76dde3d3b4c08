package igp

import "math"

// Measure is something that routers measure of a link, or are configured with, and that
// says nothing about where packets go (RFC 8571, RFC 9552 §5.3.2).
type Measure int

const (
	// Delay is the average delay in microseconds (TLV 1114).
	Delay Measure = iota
	// DelayMin is the least delay in microseconds (TLV 1115).
	DelayMin
	// DelayMax is the greatest delay in microseconds (TLV 1115).
	DelayMax
	// DelayVariation is the variation of the delay in microseconds (TLV 1116).
	DelayVariation
	// Loss is the fraction of packets that are lost (TLV 1117).
	Loss
	// ResidualBandwidth is in bytes per second (TLV 1118).
	ResidualBandwidth
	// AvailableBandwidth is in bytes per second (TLV 1119).
	AvailableBandwidth
	// ReservableBandwidth is the greatest that can be reserved in bytes per second (TLV 1090).
	ReservableBandwidth

	measures = iota
)

// Measured holds what is told of a link by measure, NaN where it is not told.
type Measured [measures]float64

// NothingMeasured returns what is told of a link of which nothing is.
func NothingMeasured() *Measured {
	var m Measured
	for i := range m {
		m[i] = math.NaN()
	}
	return &m
}

// Bandwidth tells whether the least of the links of a path counts, and more is better.
func (m Measure) Bandwidth() bool {
	return m >= ResidualBandwidth
}

// nothing is what the measure comes to on the way from a router to itself.
func (m Measure) nothing() float64 {
	if m.Bandwidth() {
		return math.Inf(1)
	}
	return 0
}

// then returns what the measure comes to on a path and one that goes on from its end; NaN if
// either is not known.
func (m Measure) then(a, b float64) float64 {
	switch {
	case m.Bandwidth():
		return min(a, b)
	case m == Loss:
		return a + b - a*b // 1 - (1-a)(1-b)
	}
	return a + b
}

// worse returns the worse of two paths of which packets can take either; NaN if either is
// not known.
func (m Measure) worse(a, b float64) float64 {
	if m.Bandwidth() {
		return min(a, b)
	}
	return max(a, b)
}

// best is better than every path.
func (m Measure) best() float64 {
	if m.Bandwidth() {
		return math.Inf(1)
	}
	return math.Inf(-1)
}

// of returns what is told of a link of an area. One that leaves a pseudonode has no part in
// the measure unless it is told.
func (m Measure) of(a *Area, l Link) float64 {
	switch {
	case l.Measured != nil && !math.IsNaN(l.Measured[m]):
		return l.Measured[m]
	case a.Nodes[l.From].Router == Pseudonode:
		return m.nothing()
	}
	return math.NaN()
}
