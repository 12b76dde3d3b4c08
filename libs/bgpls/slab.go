package bgpls

import (
	"net/netip"
	"reflect"
	"sync"
)

// A memory is where the decoded values of many UPDATEs live. Each kind of value has
// a slab, so that a value costs no allocation of its own; no place in a slab is ever
// used twice, so values stay valid for as long as anything points to them.
type memory struct {
	nlris      slab[NLRI]
	nodes      slab[NodeDescriptor]
	links      slab[LinkDescriptor]
	prefixes   slab[PrefixDescriptor]
	sids       slab[SRv6SIDDescriptor]
	policies   slab[SRPolicyDescriptor]
	attributes slab[Attributes]

	uint8s     slab[uint8]
	uint16s    slab[uint16]
	uint32s    slab[uint32]
	uint64s    slab[uint64]
	bandwidths slab[float64]
	unreserved slab[[8]float64]
	addresses  slab[netip.Addr]
	texts      slab[string]
	lists      slab[[]byte]
	tlvs       slab[TLV]

	identifiers    slab[LinkIdentifiers]
	igpMetrics     slab[IGPMetric]
	delays         slab[Delay]
	minMaxDelays   slab[MinMaxDelay]
	losses         slab[Loss]
	msds           slab[MSD]
	maxSIDDepths   slab[MaxSIDDepths]
	opaques        slab[Opaque]
	linkProperties slab[LinkProperties]
	applications   slab[ApplicationLink]
	bundleMembers  slab[L2BundleMember]

	segmentRouting  slab[SegmentRouting]
	srCapabilities  slab[SRCapabilities]
	srLocalBlocks   slab[SRLocalBlock]
	sidRanges       slab[SIDRange]
	adjacencySIDs   slab[AdjacencySID]
	lanSIDs         slab[LANAdjacencySID]
	prefixSIDs      slab[PrefixSID]
	prefixRanges    slab[PrefixRange]
	egressPeers     slab[EgressPeer]
	peerSIDs        slab[PeerSID]
	flexAlgorithms  slab[FlexAlgorithms]
	flexDefinitions slab[FlexAlgorithm]
	flexUnsupported slab[FlexAlgorithmUnsupported]
	flexMetrics     slab[FlexAlgorithmMetric]

	srv6          slab[SRv6]
	endXSIDs      slab[SRv6EndXSID]
	lanEndXSIDs   slab[SRv6LANEndXSID]
	sidStructures slab[SRv6SIDStructure]
	locators      slab[SRv6Locator]
	behaviors     slab[SRv6EndpointBehavior]
	peerNodes     slab[SRv6PeerNode]
	policyStates  slab[SRPolicyState]
	srPolicies    slab[SRPolicy]

	oddities   Oddities // of the UPDATE that is being decoded
	topologies []uint16 // further ones of the NLRI that is being decoded
}

// reset makes all values of the slabs free for other use.
func (m *memory) reset() {
	m.nlris.reset()
	m.nodes.reset()
	m.links.reset()
	m.prefixes.reset()
	m.sids.reset()
	m.policies.reset()
	m.attributes.reset()
	m.uint8s.reset()
	m.uint16s.reset()
	m.uint32s.reset()
	m.uint64s.reset()
	m.bandwidths.reset()
	m.unreserved.reset()
	m.addresses.reset()
	m.texts.reset()
	m.lists.reset()
	m.tlvs.reset()
	m.identifiers.reset()
	m.igpMetrics.reset()
	m.delays.reset()
	m.minMaxDelays.reset()
	m.losses.reset()
	m.msds.reset()
	m.maxSIDDepths.reset()
	m.opaques.reset()
	m.linkProperties.reset()
	m.applications.reset()
	m.bundleMembers.reset()
	m.segmentRouting.reset()
	m.srCapabilities.reset()
	m.srLocalBlocks.reset()
	m.sidRanges.reset()
	m.adjacencySIDs.reset()
	m.lanSIDs.reset()
	m.prefixSIDs.reset()
	m.prefixRanges.reset()
	m.egressPeers.reset()
	m.peerSIDs.reset()
	m.flexAlgorithms.reset()
	m.flexDefinitions.reset()
	m.flexUnsupported.reset()
	m.flexMetrics.reset()
	m.srv6.reset()
	m.endXSIDs.reset()
	m.lanEndXSIDs.reset()
	m.sidStructures.reset()
	m.locators.reset()
	m.behaviors.reset()
	m.peerNodes.reset()
	m.policyStates.reset()
	m.srPolicies.reset()
}

// memories are the memories that no UPDATE is being decoded into.
var memories = sync.Pool{New: func() any { return new(memory) }}

// slabOctets is about the size that slabs grow to. It bounds what one value keeps that
// is kept for long, beside itself: a slab of each kind that it is made of.
const slabOctets = 2 << 10

// slab hands out values of one type from a chunk of them.
type slab[T any] struct {
	chunk  []T  // the values handed out; its capacity is the slab
	size   int  // values in the last slab; the next one is twice as large
	reused bool // nothing is kept, so a slab may be as large as an UPDATE needs
}

func (s *slab[T]) reset() {
	s.reused = true
	if len(s.chunk) > 0 {
		clear(s.chunk)
		s.chunk = s.chunk[:0]
	}
}

// reserve makes room for n values in a row.
func (s *slab[T]) reserve(n int) {
	if cap(s.chunk)-len(s.chunk) >= n {
		return
	}
	s.size *= 2
	if !s.reused {
		s.size = min(s.size, slabOctets/int(reflect.TypeFor[T]().Size()))
	}
	s.size = max(s.size, 2, n)
	s.chunk = make([]T, 0, s.size)
}

// one hands out a zero value.
func (s *slab[T]) one() *T {
	s.reserve(1)
	i := len(s.chunk)
	s.chunk = s.chunk[:i+1]
	return &s.chunk[i]
}

// some hands out n zero values in a row; a list of none is not nil.
func (s *slab[T]) some(n int) []T {
	if n == 0 {
		return []T{}
	}
	if n > 8 && n > s.size/4 && !s.reused {
		return make([]T, n) // leaves the slab to the many small lists
	}
	s.reserve(n)
	i := len(s.chunk)
	s.chunk = s.chunk[:i+n]
	return s.chunk[i : i+n : i+n]
}

// back makes x zero again and, if it was the last value handed out, takes it back.
func (s *slab[T]) back(x *T) {
	var none T
	*x = none
	if last := len(s.chunk) - 1; last >= 0 && &s.chunk[last] == x {
		s.chunk = s.chunk[:last]
	}
}

// extend makes a list from the slab longer by a zero value, in place where nothing
// else lies behind it.
func (s *slab[T]) extend(list []T) []T {
	n, used := len(list), len(s.chunk)
	switch {
	case n == 0:
		return s.some(1)
	case cap(list) > n:
		return list[:n+1]
	case used < n || &list[0] != &s.chunk[used-n]:
		longer := make([]T, n+1, 2*n+1) // room of its own, since something else grows here too
		copy(longer, list)
		return longer
	}
	if used == cap(s.chunk) {
		s.reserve(2*n + 1)
		s.chunk, used = append(s.chunk, list...), n
	}
	s.chunk = s.chunk[:used+1]
	return s.chunk[used-n : used+1 : used+1]
}

// clone copies octets; the copy is not nil.
func (m *memory) clone(v []byte) []byte {
	octets := m.uint8s.some(len(v))
	copy(octets, v)
	return octets
}
