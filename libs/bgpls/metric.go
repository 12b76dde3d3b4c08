package bgpls

import (
	"encoding/binary"
	"fmt"
	"math"
)

// IGPMetric is TLV 1095 (RFC 9552 §5.3.2.4). By the RFC its length tells IS-IS
// narrow (1 octet, 6 bits), OSPF (2) and IS-IS wide metrics (3) apart, but routers
// also cut any metric to the octets that it needs: all bits of all octets count.
type IGPMetric struct {
	Value  uint32
	Octets uint8 // 1 to 3
}

// Delay is TLV 1114 (RFC 8571 §2.1).
type Delay struct {
	Micros    uint32 // 24 bits
	Anomalous bool   // A bit
}

// MinMaxDelay is TLV 1115 (RFC 8571 §2.2).
type MinMaxDelay struct {
	MinMicros, MaxMicros uint32 // 24 bits each
	Anomalous            bool   // A bit
}

// Loss is TLV 1117 (RFC 8571 §2.4).
type Loss struct {
	Percent   float64 // steps of 0.000003
	Anomalous bool    // A bit
}

// lossStep is the unit of TLV 1117 in percent.
const lossStep = 0.000003

// anomalous is the A bit of the first octet (RFC 8571 §2.1).
const anomalous = 0x80

var (
	igpMetricForm = form[IGPMetric]{get: igpMetric, put: appendIGPMetric}

	delayForm = form[Delay]{
		size: 4,
		get: func(v []byte) (Delay, error) {
			return Delay{Micros: uint24(v[1:]), Anomalous: v[0]&anomalous != 0}, nil
		},
		put: func(b []byte, d Delay) []byte { return appendUint24(appendFlag(b, d.Anomalous), d.Micros) },
	}
	minMaxDelayForm = form[MinMaxDelay]{
		size: 8,
		get: func(v []byte) (MinMaxDelay, error) {
			return MinMaxDelay{uint24(v[1:]), uint24(v[5:]), v[0]&anomalous != 0}, nil
		},
		put: func(b []byte, d MinMaxDelay) []byte {
			b = appendUint24(appendFlag(b, d.Anomalous), d.MinMicros)
			return appendUint24(append(b, 0), d.MaxMicros)
		},
	}
	delayVariationForm = form[uint32]{
		size: 4,
		get:  func(v []byte) (uint32, error) { return uint24(v[1:]), nil },
		put:  func(b []byte, x uint32) []byte { return appendUint24(append(b, 0), x) },
	}
	lossForm = form[Loss]{
		size: 4,
		get: func(v []byte) (Loss, error) {
			return Loss{Percent: float64(uint24(v[1:])) * lossStep, Anomalous: v[0]&anomalous != 0}, nil
		},
		put: func(b []byte, l Loss) []byte {
			return appendUint24(appendFlag(b, l.Anomalous), uint32(math.Round(l.Percent/lossStep)))
		},
	}
	unreservedForm = form[[8]float64]{
		size: 8 * 4,
		get: func(v []byte) (xs [8]float64, err error) {
			for i := range xs {
				if xs[i], err = bandwidth(v[4*i:]); err != nil {
					return xs, fmt.Errorf("priority %d: %w", i, err)
				}
			}
			return xs, nil
		},
		put: func(b []byte, xs [8]float64) []byte {
			for _, x := range xs {
				b = appendBandwidth(b, x)
			}
			return b
		},
	}
)

func appendFlag(b []byte, set bool) []byte {
	if set {
		return append(b, anomalous)
	}
	return append(b, 0)
}

func igpMetric(v []byte) (IGPMetric, error) {
	if len(v) < 1 || len(v) > 3 {
		return IGPMetric{}, errLength(len(v), "1 to 3")
	}
	var full [4]byte
	copy(full[4-len(v):], v)
	return IGPMetric{Value: binary.BigEndian.Uint32(full[:]), Octets: uint8(len(v))}, nil
}

func appendIGPMetric(b []byte, m IGPMetric) []byte {
	var full [4]byte
	binary.BigEndian.PutUint32(full[:], m.Value)
	return append(b, full[4-m.Octets:]...)
}
