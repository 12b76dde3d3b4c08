package lab

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/altostream/altostream/schemas"
)

// frrTable is FRR's "show bgp link-state link-state json", as far as it is read here.
type frrTable struct {
	Routes map[string][]struct {
		NLRI       frrNLRI       `json:"nlri"`
		Attributes frrAttributes `json:"linkStateAttrs"`
	} `json:"routes"`
}

type frrNLRI struct {
	Type       string          `json:"nlriType"`
	ProtocolID uint8           `json:"protocolId"`
	Identifier uint64          `json:"identifier"`
	Local      frrNode         `json:"localNodeDescriptors"`
	Remote     *frrNode        `json:"remoteNodeDescriptors"`
	Link       *frrLinkDescr   `json:"linkDescriptors"`
	Prefix     *frrPrefixDescr `json:"prefixDescriptors"`
}

type frrNode struct {
	Area     *string `json:"ospfAreaId"`
	RouterID string  `json:"igpRouterId"`
}

type frrLinkDescr struct {
	If4 *string `json:"ipv4InterfaceAddress"`
	Nb4 *string `json:"ipv4NeighborAddress"`
	If6 *string `json:"ipv6InterfaceAddress"`
	Nb6 *string `json:"ipv6NeighborAddress"`
	MT  *uint16 `json:"multiTopologyId"`
}

type frrPrefixDescr struct {
	Prefix string  `json:"ipReachabilityInformation"`
	MT     *uint16 `json:"multiTopologyId"`
}

type frrAttributes struct {
	NodeName     *string              `json:"nodeName"`
	ISISArea     *string              `json:"isisAreaId"`
	RouterID     *string              `json:"routerIdLocal"`
	SR           *frrSR               `json:"srCapabilities"`
	MTs          []uint16             `json:"multiTopologyIds"`
	PrefixMetric *uint32              `json:"prefixMetric"`
	PrefixSID    *frrPrefixSID        `json:"prefixSid"`
	MaxBandwidth *float64             `json:"maxLinkBandwidth"`
	MaxResv      *float64             `json:"maxResvLinkBandwidth"`
	Unreserved   []map[string]float64 `json:"unreservedBandwidth"`
	IGPMetric    *uint32              `json:"igpMetric"`
	Delay        *uint32              `json:"delay"`
}

type frrSR struct {
	Flags string `json:"flags"`
	First uint32 `json:"lowerBound"`
	Size  uint32 `json:"rangeSize"`
}

type frrPrefixSID struct {
	SID       uint32 `json:"sid"`
	Flags     string `json:"flags"`
	Algorithm uint8  `json:"algo"`
}

// frrRecords returns what FRR showed as records of a source, by key.
func frrRecords(t *testing.T, file, source string) map[string]*schemas.RawTopology {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(captures, file))
	if err != nil {
		t.Fatal(err)
	}
	var table frrTable
	d := json.NewDecoder(strings.NewReader(string(text)))
	if err := d.Decode(&table); err != nil {
		t.Fatal(err)
	}
	records := map[string]*schemas.RawTopology{}
	for name, paths := range table.Routes {
		if len(paths) != 1 {
			t.Fatalf("%s has %d paths", name, len(paths))
		}
		r := paths[0].NLRI.record(t, source)
		r.Attributes = paths[0].Attributes.record(t)
		records[paths[0].NLRI.key(source)] = r
	}
	return records
}

var frrKinds = map[string]struct {
	kind string
	code uint16
}{"node": {"node", 1}, "link": {"link", 2}, "ipv4Prefix": {"prefix4", 3}, "ipv6Prefix": {"prefix6", 4}}

func (n frrNLRI) record(t *testing.T, source string) *schemas.RawTopology {
	t.Helper()
	k, ok := frrKinds[n.Type]
	if !ok {
		t.Fatalf("unknown kind %s", n.Type)
	}
	r := &schemas.RawTopology{
		Topology: "default", Source: source, Kind: k.kind, NLRIType: &k.code,
		ProtocolID: &n.ProtocolID, Identifier: &n.Identifier, LocalNode: n.Local.record(),
	}
	if n.Remote != nil {
		r.RemoteNode = n.Remote.record()
	}
	if l := n.Link; l != nil {
		r.Link = &schemas.LinkDescriptor{IPv4Interface: l.If4, IPv4Neighbor: l.Nb4, IPv6Interface: l.If6, IPv6Neighbor: l.Nb6, MultiTopologyID: l.MT}
	}
	if p := n.Prefix; p != nil {
		r.Prefix = &schemas.PrefixDescriptor{Prefix: p.Prefix, MultiTopologyID: p.MT}
	}
	return r
}

// key is the record's key as contract and bgpls document it.
func (n frrNLRI) key(source string) string {
	parts := []string{"default", source, frrKinds[n.Type].kind, fmt.Sprint(n.ProtocolID), fmt.Sprint(n.Identifier), n.Local.key()}
	if n.Remote != nil {
		parts = append(parts, n.Remote.key())
	}
	var last []string
	add := func(name string, value *string) {
		if value != nil {
			last = append(last, name+*value)
		}
	}
	mt := (*uint16)(nil)
	if l := n.Link; l != nil {
		add("if4=", l.If4)
		add("nbr4=", l.Nb4)
		add("if6=", l.If6)
		add("nbr6=", l.Nb6)
		mt = l.MT
	}
	if p := n.Prefix; p != nil {
		add("", &p.Prefix)
		mt = p.MT
	}
	if mt != nil {
		last = append(last, fmt.Sprintf("mt=%d", *mt))
	}
	if last != nil {
		parts = append(parts, strings.Join(last, ","))
	}
	return strings.Join(parts, "|")
}

// area is the OSPF area as it is on the wire; FRR 10.8-dev prints its octets reversed.
func (n frrNode) area() *string {
	if n.Area == nil {
		return nil
	}
	o := strings.Split(*n.Area, ".")
	return new(strings.Join([]string{o[3], o[2], o[1], o[0]}, "."))
}

// id is the IGP router id in hex: FRR prints 1.1.1.1 or 0000.0000.0001.00.
func (n frrNode) id() string {
	o := strings.Split(n.RouterID, ".")
	if !strings.HasPrefix(n.RouterID, "0000.") {
		hex := ""
		for _, octet := range o {
			v, _ := strconv.Atoi(octet)
			hex += fmt.Sprintf("%02x", v)
		}
		return hex
	}
	return strings.Join(o[:3], "")
}

func (n frrNode) record() *schemas.NodeDescriptor {
	return &schemas.NodeDescriptor{OSPFAreaID: n.area(), IGPRouterID: new(n.id())}
}

func (n frrNode) key() string {
	if a := n.area(); a != nil {
		return "area=" + *a + ",router=" + n.id()
	}
	return "router=" + n.id()
}

func (a frrAttributes) record(t *testing.T) *schemas.Attributes {
	r := &schemas.Attributes{
		NodeName: a.NodeName, MultiTopologyIDs: a.MTs, PrefixMetric: a.PrefixMetric,
		MaxLinkBandwidth: a.MaxBandwidth, MaxReservableBandwidth: a.MaxResv, IGPMetric: a.IGPMetric,
		DelayMicros: a.Delay,
	}
	if a.Delay != nil {
		r.DelayAnomalous = new(false)
	}
	if a.ISISArea != nil {
		r.ISISAreaIDs = []string{strings.ReplaceAll(*a.ISISArea, ".", "")}
	}
	if a.RouterID != nil {
		r.LocalIPv4RouterIDs = []string{*a.RouterID}
	}
	if a.SR != nil {
		r.SRCapabilities = &schemas.SRCapabilities{Flags: octet(t, a.SR.Flags), Ranges: []schemas.SIDRange{{First: a.SR.First, Size: a.SR.Size, Label: new(true)}}}
	}
	if s := a.PrefixSID; s != nil {
		const valueFlag = 0x08 // a label, not an index (RFC 8667 §2.1.1, RFC 8665 §5)
		flags := octet(t, s.Flags)
		r.PrefixSIDs = []schemas.PrefixSID{{Flags: flags, Algorithm: s.Algorithm, SID: s.SID, Label: new(flags&valueFlag != 0)}}
	}
	for i, class := range a.Unreserved {
		r.UnreservedBandwidth = append(r.UnreservedBandwidth, class[fmt.Sprintf("classType%d", i)])
	}
	return r
}

func octet(t *testing.T, text string) uint8 {
	t.Helper()
	v, err := strconv.ParseUint(text, 0, 8)
	if err != nil {
		t.Fatal(err)
	}
	return uint8(v)
}
