package frr

import (
	"encoding/hex"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/altostream/altostream/libs/bgpls"
)

// The lines of `show isis database detail` that matter.
var (
	levelLine    = regexp.MustCompile(`^IS-IS Level-([12]) link-state database:`)
	lspLine      = regexp.MustCompile(`^([0-9a-f.]{14})\.([0-9a-f]{2})-([0-9a-f]{2}) .* (\(?\d+\)?) +([01])/[01]/([01])$`)
	areaLine     = regexp.MustCompile(`^  Area Address: (\S+)$`)
	routerIDLine = regexp.MustCompile(`^  TE Router ID: (\S+)$`)
	neighborLine = regexp.MustCompile(`^  (?:Extended|IS|MT) Reachability: ([0-9a-f.]{14})\.([0-9a-f]{2}) \(Metric: (\d+)\)(.*)$`)
	addressLine  = regexp.MustCompile(`^    (Local|Remote) Interface IP(?:v6)? Address\(es\): (\S+)$`)
	prefixLine   = regexp.MustCompile(`^  (?:IP|IP External|Extended IP|MT IP|IPv6|MT IPv6) Reachability: (\S+) \(Metric: (\d+)\)(.*)$`)
)

// isisReader reads the lines of a database one by one.
type isisReader struct {
	protocol bgpls.ProtocolID
	local    *bgpls.NodeDescriptor // nil in an LSP that is not told
	node     *object               // of the LSP; nil in later fragments
	link     *bgpls.LinkDescriptor // of the last line that told one
	found    []*object
}

func isisObjects(r *router) []object {
	text := r.show("isisd", "show isis database detail")
	reader := &isisReader{}
	for line := range strings.SplitSeq(text, "\n") {
		reader.read(strings.TrimRight(line, "\r"))
	}
	objects := make([]object, 0, len(reader.found))
	for _, o := range reader.found {
		objects = append(objects, *o)
	}
	return objects
}

func (r *isisReader) add(o object) *object {
	r.found = append(r.found, &o)
	return &o
}

func (r *isisReader) read(line string) {
	if m := levelLine.FindStringSubmatch(line); m != nil {
		r.protocol = map[string]bgpls.ProtocolID{"1": bgpls.ISISLevel1, "2": bgpls.ISISLevel2}[m[1]]
	}
	if m := lspLine.FindStringSubmatch(line); m != nil {
		r.beginLSP(m)
		return
	}
	if r.local == nil {
		return
	}
	if m := areaLine.FindStringSubmatch(line); m != nil && r.node != nil {
		area, _ := hex.DecodeString(strings.ReplaceAll(m[1], ".", ""))
		r.node.attributes.ISISAreaIDs = append(r.node.attributes.ISISAreaIDs, area)
	}
	if m := routerIDLine.FindStringSubmatch(line); m != nil && r.node != nil {
		r.node.attributes.LocalIPv4RouterIDs = []netip.Addr{netip.MustParseAddr(m[1])}
	}
	if m := neighborLine.FindStringSubmatch(line); m != nil {
		r.readNeighbor(m)
	}
	if m := addressLine.FindStringSubmatch(line); m != nil && r.link != nil {
		r.readAddress(m[1] == "Local", netip.MustParseAddr(m[2]))
	}
	if m := prefixLine.FindStringSubmatch(line); m != nil {
		r.readPrefix(m)
	}
}

// isisID is the system id, and the octet of a pseudonode.
func isisID(system, pseudonode string) []byte {
	id, _ := hex.DecodeString(strings.ReplaceAll(system, ".", ""))
	if octet, _ := hex.DecodeString(pseudonode); octet[0] != 0 {
		id = append(id, octet...)
	}
	return id
}

// beginLSP begins a fragment; what has no remaining lifetime is not told.
func (r *isisReader) beginLSP(m []string) {
	r.local, r.node, r.link = nil, nil, nil
	if strings.HasPrefix(m[4], "(") || m[4] == "0" {
		return
	}
	r.local = node(netip.Addr{}, isisID(m[1], m[2])...)
	if m[3] == "00" {
		r.node = r.add(nodeObject(r.protocol, r.local, flag(m[6] == "1", overloadFlag)|flag(m[5] == "1", attachedFlag)))
	}
}

func (r *isisReader) readNeighbor(m []string) {
	metric, _ := strconv.ParseUint(m[3], 10, 32)
	o := r.add(linkObject(r.protocol, r.local, node(netip.Addr{}, isisID(m[1], m[2])...), bgpls.LinkDescriptor{MultiTopologyID: topologyOf(m[4])}, uint32(metric), 3))
	r.link = o.nlri.Link
}

// topologyOf is the topology that the end of a line names (RFC 5120 §7.5).
func topologyOf(text string) *uint16 {
	if strings.Contains(text, "ipv6-unicast") {
		return new(uint16(2))
	}
	return nil
}

// readAddress reads an address of a link; to a pseudonode only the router's own is told.
func (r *isisReader) readAddress(local bool, a netip.Addr) {
	remote := r.found[len(r.found)-1].nlri.Remote
	switch {
	case local && a.Is4():
		r.link.IPv4Interface = a
	case local:
		r.link.IPv6Interface = a
	case len(remote.IGPRouterID) == 7:
	case a.Is4():
		r.link.IPv4Neighbor = a
	default:
		r.link.IPv6Neighbor = a
	}
}

func (r *isisReader) readPrefix(m []string) {
	const upDown = 0x80 // IGP flags (TLV 1152)
	prefix, err := netip.ParsePrefix(m[1])
	if err != nil {
		return
	}
	metric, _ := strconv.ParseUint(m[2], 10, 32)
	o := prefixObject(r.protocol, r.local, bgpls.PrefixDescriptor{MultiTopologyID: topologyOf(m[3]), Prefix: prefix.Masked()}, uint32(metric))
	if strings.Contains(m[3], "Down") {
		o.attributes.IGPFlags = new(uint8(upDown))
	}
	r.add(o)
}
