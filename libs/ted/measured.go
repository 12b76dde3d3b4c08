package ted

import (
	"math"

	"github.com/altostream/altostream/libs/igp"
	"github.com/altostream/altostream/schemas"
)

// measured returns what a link's attributes say of its delay, loss and bandwidth, each for all
// applications or else for one (toldFor); nil if they say nothing. The anomalous bits
// (RFC 8571 §2) say that a value has passed a threshold; it counts like any other.
func (o Options) measured(a *schemas.Attributes) *igp.Measured {
	if a == nil {
		return nil
	}
	type metrics = schemas.LinkMetrics
	m, told := igp.NothingMeasured(), false
	tell := func(measure igp.Measure, v *float64) {
		if v != nil && *v >= 0 && !math.IsInf(*v, 1) {
			m[measure], told = *v, true
		}
	}
	micros := func(measure igp.Measure, forAll *uint32, of func(*metrics) *uint32) {
		if v := toldFor(o, a, forAll, of); v != nil {
			m[measure], told = float64(*v), true
		}
	}
	micros(igp.Delay, a.DelayMicros, func(l *metrics) *uint32 { return l.DelayMicros })
	micros(igp.DelayMin, a.DelayMinMicros, func(l *metrics) *uint32 { return l.DelayMinMicros })
	micros(igp.DelayMax, a.DelayMaxMicros, func(l *metrics) *uint32 { return l.DelayMaxMicros })
	micros(igp.DelayVariation, a.DelayVariationMicros, func(l *metrics) *uint32 { return l.DelayVariationMicros })
	tell(igp.Loss, toldFor(o, a, a.LossPercent, func(l *metrics) *float64 { return l.LossPercent }))
	tell(igp.ResidualBandwidth, toldFor(o, a, a.ResidualBandwidth, func(l *metrics) *float64 { return l.ResidualBandwidth }))
	tell(igp.AvailableBandwidth, toldFor(o, a, a.AvailableBandwidth, func(l *metrics) *float64 { return l.AvailableBandwidth }))
	tell(igp.ReservableBandwidth, a.MaxReservableBandwidth)
	if !told {
		return nil
	}
	m[igp.Loss] /= percent
	return m
}

// percent is how many there are in one.
const percent = 100
