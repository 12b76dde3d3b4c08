package ted

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/altostream/altostream/schemas"
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

// findings is what is found, by object and the step that found it.
type findings struct {
	of     map[found][]finding
	counts map[Count]int
}

type found struct {
	object *object
	by     step
}

// step is a part of making maps that finds something about an object.
type step uint8

// steps is a set of steps.
type steps uint8

const (
	placing step = iota
	joining
	believing
	linking
	claiming
	contesting
)

// finding is a Finding before it is put into words.
type finding struct {
	reason Reason
	format string
	args   []any
}

// find makes findings those of a step about an object.
func (d *Database) find(by step, o *object, now ...finding) {
	if o.found&(1<<by) == 0 && len(now) == 0 {
		return
	}
	key := found{o, by}
	for _, f := range d.findings.of[key] {
		d.findings.count(o, f.reason, -1)
	}
	for _, f := range now {
		d.findings.count(o, f.reason, 1)
	}
	d.findings.of[key] = now
	o.found |= 1 << by
	if len(now) == 0 {
		delete(d.findings.of, key)
		o.found &^= 1 << by
	}
}

func (f *findings) count(o *object, why Reason, count int) {
	key := Count{o.head.told.kind, why}
	if f.counts[key] += count; f.counts[key] == 0 {
		delete(f.counts, key)
	}
}

// Findings returns what is left out, or worth a look: first what is left out, by reason and
// object.
func (d *Database) Findings() []Finding {
	d.settle()
	out := []Finding{}
	add := func(o *object, f finding) {
		sources := make([]string, len(o.reports))
		for i, r := range o.reports {
			sources[i] = r.source.name
		}
		out = append(out, Finding{Reason: f.reason, Kind: o.head.told.kind, Object: o.key(), Sources: sources, Detail: fmt.Sprintf(f.format, f.args...)})
	}
	for key, found := range d.findings.of {
		for _, f := range found {
			add(key.object, f)
		}
	}
	for l := range d.withoutTEMetric() {
		add(l.object, finding{NoTEMetric, "%v has no TE metric", []any{l.name()}})
	}
	for _, o := range d.withoutRouterBit() {
		add(o, finding{NoRouterBit, "no router of area %s is told with the R bit: it is not believed", []any{o.head.place.lsdb.scope.area}})
	}
	slices.SortFunc(out, func(a, b Finding) int {
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
	d.settle()
	counts := maps.Clone(d.findings.counts)
	if n := len(d.withoutTEMetric()); n > 0 {
		counts[Count{schemas.KindLink, NoTEMetric}] = n
	}
	if n := len(d.withoutRouterBit()); n > 0 {
		counts[Count{schemas.KindNode, NoRouterBit}] = n
	}
	return counts
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
