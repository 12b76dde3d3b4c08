package bgpls

import (
	"encoding/binary"
	"fmt"
	"math"
)

// IGPMetric is TLV 1095 (RFC 9552 §5.3.2.4). By the RFC its length tells IS-IS
// narrow (1 octet, 6 bits), OSPF (2) and IS-IS wide metrics (3) apart, but routers
// also cut any metric to the octets that it needs: all bits of all octets count. Four
// octets are accepted too, as an oddity: no IGP has such a metric, but the number is
// plain.
type IGPMetric struct {
	Value  uint32
	Octets uint8 // 1 to 4
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

func readIGPMetric(m *memory, x *IGPMetric, v []byte) error {
	switch len(v) {
	case 1, 2, 3:
	case 4:
		m.oddities.Metrics++
	default:
		return errLength(len(v), "1 to 4")
	}
	for _, octet := range v {
		x.Value = x.Value<<8 | uint32(octet)
	}
	x.Octets = uint8(len(v))
	return nil
}

func appendIGPMetric(b []byte, x *IGPMetric) []byte {
	var full [4]byte
	binary.BigEndian.PutUint32(full[:], x.Value)
	return append(b, full[4-x.Octets:]...)
}

// readTEMetric reads TLV 1092 (RFC 9552 §5.3.2.3). Three octets are accepted too, as an
// oddity: that is the metric of IS-IS (RFC 5305 §3.7), as some routers pass it on.
func readTEMetric(m *memory, x *uint32, v []byte) error {
	if len(v) == 3 {
		m.oddities.TEMetrics++
		*x = uint24(v)
		return nil
	}
	return readUint32(m, x, v)
}

func readDelay(_ *memory, d *Delay, v []byte) error {
	if err := sized(v, 4); err != nil {
		return err
	}
	*d = Delay{Micros: uint24(v[1:]), Anomalous: v[0]&anomalous != 0}
	return nil
}

func appendDelay(b []byte, d *Delay) []byte {
	return appendUint24(appendFlag(b, d.Anomalous), d.Micros)
}

func readMinMaxDelay(_ *memory, d *MinMaxDelay, v []byte) error {
	if err := sized(v, 8); err != nil {
		return err
	}
	*d = MinMaxDelay{uint24(v[1:]), uint24(v[5:]), v[0]&anomalous != 0}
	return nil
}

func appendMinMaxDelay(b []byte, d *MinMaxDelay) []byte {
	b = appendUint24(appendFlag(b, d.Anomalous), d.MinMicros)
	return appendUint24(append(b, 0), d.MaxMicros)
}

func readDelayVariation(_ *memory, x *uint32, v []byte) error {
	if err := sized(v, 4); err != nil {
		return err
	}
	*x = uint24(v[1:])
	return nil
}

func appendDelayVariation(b []byte, x *uint32) []byte { return appendUint24(append(b, 0), *x) }

func readLoss(_ *memory, l *Loss, v []byte) error {
	if err := sized(v, 4); err != nil {
		return err
	}
	*l = Loss{Percent: float64(uint24(v[1:])) * lossStep, Anomalous: v[0]&anomalous != 0}
	return nil
}

func appendLoss(b []byte, l *Loss) []byte {
	return appendUint24(appendFlag(b, l.Anomalous), uint32(math.Round(l.Percent/lossStep)))
}

func appendFlag(b []byte, set bool) []byte {
	if set {
		return append(b, anomalous)
	}
	return append(b, 0)
}

func readUnreserved(m *memory, xs *[8]float64, v []byte) error {
	if err := sized(v, 8*4); err != nil {
		return err
	}
	for i := range xs {
		if err := readBandwidth(m, &xs[i], v[4*i:4*i+4]); err != nil {
			return fmt.Errorf("priority %d: %w", i, err)
		}
	}
	return nil
}

func appendUnreserved(b []byte, xs *[8]float64) []byte {
	for i := range xs {
		b = appendBandwidth(b, &xs[i])
	}
	return b
}

// readLinkProtection reads the protection and a reserved octet (RFC 5307 §1.2).
func readLinkProtection(_ *memory, x *uint8, v []byte) error {
	if err := sized(v, 2); err != nil {
		return err
	}
	*x = v[0]
	return nil
}

func appendLinkProtection(b []byte, x *uint8) []byte { return append(b, *x, 0) }
