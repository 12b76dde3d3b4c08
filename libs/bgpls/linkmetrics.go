package bgpls

// LinkMetrics is what may be said of a link, of it for an application, and of a member
// of a bundle.
type LinkMetrics struct {
	AdminGroup           *uint32      // TLV 1088
	TEMetric             *uint32      // TLV 1092
	SRLGs                []uint32     // TLV 1096
	Delay                *Delay       // TLV 1114
	MinMaxDelay          *MinMaxDelay // TLV 1115
	DelayVariationMicros *uint32      // TLV 1116, 24 bits
	Loss                 *Loss        // TLV 1117
	ResidualBandwidth    *float64     // TLV 1118, bytes/s
	AvailableBandwidth   *float64     // TLV 1119, bytes/s
	UtilizedBandwidth    *float64     // TLV 1120, bytes/s
	ExtendedAdminGroup   []uint32     // TLV 1173: bits 0 to 31 first
}

func (l *LinkMetrics) decode(m *memory, typ uint16, v []byte) error {
	switch typ {
	case TLVAdminGroup:
		return optional(m, &m.uint32s, &l.AdminGroup, v, readUint32)
	case TLVTEMetric:
		return optional(m, &m.uint32s, &l.TEMetric, v, readTEMetric)
	case TLVSRLG:
		return list(m, &m.uint32s, &l.SRLGs, v, 4, readUint32)
	case TLVDelay:
		return optional(m, &m.delays, &l.Delay, v, readDelay)
	case TLVMinMaxDelay:
		return optional(m, &m.minMaxDelays, &l.MinMaxDelay, v, readMinMaxDelay)
	case TLVDelayVariation:
		return optional(m, &m.uint32s, &l.DelayVariationMicros, v, readDelayVariation)
	case TLVLoss:
		return optional(m, &m.losses, &l.Loss, v, readLoss)
	case TLVResidualBandwidth:
		return optional(m, &m.bandwidths, &l.ResidualBandwidth, v, readBandwidth)
	case TLVAvailableBandwidth:
		return optional(m, &m.bandwidths, &l.AvailableBandwidth, v, readBandwidth)
	case TLVUtilizedBandwidth:
		return optional(m, &m.bandwidths, &l.UtilizedBandwidth, v, readBandwidth)
	case TLVExtendedAdminGroup:
		return list(m, &m.uint32s, &l.ExtendedAdminGroup, v, 4, readUint32)
	}
	return errNoRoom
}

// encodePerformance writes TLVs 1114 to 1120 (RFC 8571).
func (l *LinkMetrics) encodePerformance(e *encoder) {
	putOptional(e, TLVDelay, l.Delay, appendDelay)
	putOptional(e, TLVMinMaxDelay, l.MinMaxDelay, appendMinMaxDelay)
	putOptional(e, TLVDelayVariation, l.DelayVariationMicros, appendDelayVariation)
	putOptional(e, TLVLoss, l.Loss, appendLoss)
	putOptional(e, TLVResidualBandwidth, l.ResidualBandwidth, appendBandwidth)
	putOptional(e, TLVAvailableBandwidth, l.AvailableBandwidth, appendBandwidth)
	putOptional(e, TLVUtilizedBandwidth, l.UtilizedBandwidth, appendBandwidth)
}
