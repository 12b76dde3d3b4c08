package bgpls

import "encoding/binary"

// FlexAlgorithms holds what is said of flexible algorithms (RFC 9351).
type FlexAlgorithms struct {
	Definitions   []FlexAlgorithm       // TLV 1039, nodes
	PrefixMetrics []FlexAlgorithmMetric // TLV 1044, prefixes
}

// FlexAlgorithm is TLV 1039, the definition of an algorithm (RFC 9351 §3).
type FlexAlgorithm struct {
	Algorithm       uint8 // 128 to 255
	MetricType      uint8 // 0 IGP, 1 min unidirectional link delay, 2 TE
	CalculationType uint8
	Priority        uint8
	ExcludeAny      []uint32                   // TLV 1040, extended admin group
	IncludeAny      []uint32                   // TLV 1041, extended admin group
	IncludeAll      []uint32                   // TLV 1042, extended admin group
	Flags           []byte                     // TLV 1043: 0x80 of the first octet = prefix metric
	ExcludeSRLGs    []uint32                   // TLV 1045
	Unsupported     []FlexAlgorithmUnsupported // TLV 1046
	Unknown         []TLV                      // further TLVs, ascending
}

// FlexAlgorithmUnsupported is TLV 1046: IGP sub-TLVs of the definition that the
// router did not carry over (RFC 9351 §3.6).
type FlexAlgorithmUnsupported struct {
	Protocol ProtocolID
	Types    []byte // code points: one octet each of IS-IS, two of OSPF
}

// FlexAlgorithmMetric is TLV 1044 (RFC 9351 §4).
type FlexAlgorithmMetric struct {
	Algorithm uint8
	Flags     uint8 // of OSPF: 0x80 external
	Metric    uint32
}

func (f *FlexAlgorithms) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVFlexAlgorithm:
		return repeated(m, &m.flexDefinitions, &f.Definitions, v, readFlexAlgorithm)
	case TLVFlexAlgorithmMetric:
		return repeated(m, &m.flexMetrics, &f.PrefixMetrics, v, readFlexMetric)
	}
	return errNoRoom
}

// readFlexAlgorithm reads algorithm, metric type, calculation type, priority, and
// TLVs.
func readFlexAlgorithm(m *memory, f *FlexAlgorithm, v []byte) (err error) {
	const fixed = 4
	if err := atLeast(v, fixed); err != nil {
		return err
	}
	f.Algorithm, f.MetricType, f.CalculationType, f.Priority = v[0], v[1], v[2], v[3]
	f.Unknown, err = m.fill(f, v[fixed:])
	return err
}

func (f *FlexAlgorithm) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVFlexExcludeAny:
		return list(m, &m.uint32s, &f.ExcludeAny, v, 4, readUint32)
	case TLVFlexIncludeAny:
		return list(m, &m.uint32s, &f.IncludeAny, v, 4, readUint32)
	case TLVFlexIncludeAll:
		return list(m, &m.uint32s, &f.IncludeAll, v, 4, readUint32)
	case TLVFlexFlags:
		return octets(m, &f.Flags, v)
	case TLVFlexExcludeSRLG:
		return list(m, &m.uint32s, &f.ExcludeSRLGs, v, 4, readUint32)
	case TLVFlexUnsupported:
		return repeated(m, &m.flexUnsupported, &f.Unsupported, v, readFlexUnsupported)
	}
	return errNoRoom
}

func appendFlexAlgorithm(b []byte, f *FlexAlgorithm) []byte {
	e := encoder{append(b, f.Algorithm, f.MetricType, f.CalculationType, f.Priority), f.Unknown}
	putList(&e, TLVFlexExcludeAny, f.ExcludeAny, appendUint32)
	putList(&e, TLVFlexIncludeAny, f.IncludeAny, appendUint32)
	putList(&e, TLVFlexIncludeAll, f.IncludeAll, appendUint32)
	putOctets(&e, TLVFlexFlags, f.Flags)
	putList(&e, TLVFlexExcludeSRLG, f.ExcludeSRLGs, appendUint32)
	putRepeated(&e, TLVFlexUnsupported, f.Unsupported, appendFlexUnsupported)
	return e.done()
}

func readFlexUnsupported(m *memory, u *FlexAlgorithmUnsupported, v []byte) error {
	if err := atLeast(v, 1); err != nil {
		return err
	}
	*u = FlexAlgorithmUnsupported{ProtocolID(v[0]), m.clone(v[1:])}
	return nil
}

func appendFlexUnsupported(b []byte, u *FlexAlgorithmUnsupported) []byte {
	return append(append(b, byte(u.Protocol)), u.Types...)
}

// readFlexMetric reads algorithm, flags, two reserved octets and the metric.
func readFlexMetric(_ *memory, f *FlexAlgorithmMetric, v []byte) error {
	if err := sized(v, 8); err != nil {
		return err
	}
	*f = FlexAlgorithmMetric{v[0], v[1], binary.BigEndian.Uint32(v[4:])}
	return nil
}

func appendFlexMetric(b []byte, f *FlexAlgorithmMetric) []byte {
	return binary.BigEndian.AppendUint32(append(b, f.Algorithm, f.Flags, 0, 0), f.Metric)
}
