package ted

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Reason is why an object is left out of the maps, or what an operator should look at.
type Reason string

// Links and prefixes that are left out.
const (
	// NoRouterID: a node that the object names has no router id of a known form.
	NoRouterID Reason = "no-router-id"
	// NotBelieved: only speakers tell it whose word on its router does not count.
	NotBelieved Reason = "not-believed"
	// OneWay: no speaker tells both directions of the link.
	OneWay Reason = "one-way"
	// SelfLink: both ends of the link are one router.
	SelfLink Reason = "self-link"
	// OtherTopology: the link is in a multi-topology that routes no unicast.
	OtherTopology Reason = "other-topology"
	// MaxMetric: the link's IGP metric says that it is not for use.
	MaxMetric Reason = "max-metric"
	// NoIGPMetric and NoTEMetric: the link is not in the costs of this metric.
	NoIGPMetric Reason = "no-igp-metric"
	NoTEMetric  Reason = "no-te-metric"
	// Unreachable: the prefix is told as not reachable.
	Unreachable Reason = "unreachable"
	// NoPrefixMetric: what the prefix carries is no reachability without a prefix metric.
	NoPrefixMetric Reason = "no-prefix-metric"
	// InterfaceIndex: the prefix is the index of an unnumbered interface.
	InterfaceIndex Reason = "interface-index"
	// UnknownRouter: nothing else is told of the router of the prefix.
	UnknownRouter Reason = "unknown-router"
	// NotAPrefix: the text is none.
	NotAPrefix Reason = "not-a-prefix"
)

// What is used and still worth a look.
const (
	// Asymmetric: the IGP metrics of a link differ by direction.
	Asymmetric Reason = "asymmetric-metric"
	// Duplicate: routers that are no neighbours tell the prefix as their own.
	Duplicate Reason = "duplicate-prefix"
	// DuplicateRouterID: several routers of one protocol tell one router id.
	DuplicateRouterID Reason = "duplicate-router-id"
	// AreasJoined: a link's directions are told in different areas, which therefore
	// count as one.
	AreasJoined Reason = "areas-joined"
	// NoRouterBit: all routers of an OSPFv3 area are told without the R bit, which is
	// therefore not believed.
	NoRouterBit Reason = "no-router-bit"
)

// LeftOut tells whether an object with this finding is left out of the maps or of the
// costs of a metric.
func (r Reason) LeftOut() bool {
	switch r {
	case Asymmetric, Duplicate, DuplicateRouterID, AreasJoined, NoRouterBit:
		return false
	}
	return true
}

// Finding is an object that is left out, or worth a look.
type Finding struct {
	Reason  Reason
	Kind    string   // of the object: node, link, prefix4, prefix6
	Object  string   // the part of the key after the source
	Sources []string // that tell it, sorted
	Detail  string   // in words
}

// Findings returns what is left out, or worth a look: first what is left out, by reason and
// object.
func (d *Database) Findings() []Finding {
	v := d.view()
	out := make([]Finding, 0, len(v.findings))
	for _, f := range v.findings {
		kind, _, _ := strings.Cut(f.object, "|")
		out = append(out, Finding{
			Reason: f.reason, Kind: kind, Object: f.object,
			Sources: slices.Sorted(maps.Keys(f.reports)), Detail: fmt.Sprintf(f.format, f.args...),
		})
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(compareBool(b.Reason.LeftOut(), a.Reason.LeftOut()),
			cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Detail, b.Detail))
	})
	return out
}

// Count names a number of findings.
type Count struct {
	Kind   string
	Reason Reason
}

// FindingCounts returns how many objects of each kind are found for each reason.
func (d *Database) FindingCounts() map[Count]int {
	counts := map[Count]int{}
	for _, f := range d.view().findings {
		kind, _, _ := strings.Cut(f.object, "|")
		counts[Count{kind, f.reason}]++
	}
	return counts
}

// finding is a Finding before it is put into words.
type finding struct {
	reason  Reason
	object  string
	reports reports
	format  string
	args    []any
}

func (v *view) find(why Reason, object string, reports reports, format string, args ...any) {
	v.findings = append(v.findings, finding{why, object, reports, format, args})
}

func (v *view) findObject(why Reason, o *object, format string, args ...any) {
	v.find(why, o.key, o.reports, format, args...)
}

// String is how operators write the node: 1.1.1.1, 0000.0000.0001, and after it the
// designated router's interface or the pseudonode number.
func (n node) String() string {
	if !n.isPseudonode() {
		return routerName(n.id)
	}
	rest := n.pseudonode[len(n.id):]
	if len(rest) == 8 {
		rest = routerName(rest)
	}
	return routerName(n.id) + "." + rest
}

// routerName writes a router id in hex as a dotted quad or an IS-IS system id.
func routerName(id string) string {
	if len(id) == 2*isisRouterLength {
		return id[0:4] + "." + id[4:8] + "." + id[8:12]
	}
	var parts []string
	for ; len(id) >= 2; id = id[2:] {
		octet, _ := strconv.ParseUint(id[:2], 16, 8)
		parts = append(parts, strconv.FormatUint(octet, 10))
	}
	return strings.Join(parts, ".")
}

func (l *link) String() string { return "the link from " + l.local.String() + " to " + l.to.String() }
