package alto

import (
	"fmt"
	"strings"
)

// DefaultPID holds the addresses that no other PID holds: 0.0.0.0/0 and ::/0.
const DefaultPID = "default"

// Cost modes (RFC 7285 §6.1.2).
const (
	Numerical = "numerical"
	Ordinal   = "ordinal"
)

const (
	maxNameLength = 64 // RFC 7285 §10.1, §10.2

	maxViewLength = 16

	// maxTopologyLength leaves the resource ids of metrics up to the length of bw-available
	// within maxNameLength; ValidResourceID tells which others are.
	maxTopologyLength = maxNameLength - len("costmap-") - len("-bw-available-ordinal")
)

// NetworkMapID is the resource id of the network map of a topology.
func NetworkMapID(topology string) string { return "networkmap-" + topology }

// ViewID is the resource id of a network map whose PIDs are groups of the routers of a topology.
func ViewID(topology, view string) string { return NetworkMapID(topology + "-" + view) }

// TopologyOf returns the topology of a network map's resource id; ok is false for any
// other text, also for the key of a part.
func TopologyOf(networkMapID string) (topology string, ok bool) {
	topology, ok = strings.CutPrefix(networkMapID, NetworkMapID(""))
	return topology, ok && ValidTopology(topology) == nil
}

// IPv6 is the suffix of a metric's name in the resource id of costs of IPv6, where it is
// routed on a topology of its own.
const IPv6 = "-ipv6"

// CostMapID is the resource id of a cost map: one for each topology, cost metric, with
// IPv6 after its name or not, and cost mode.
func CostMapID(topology, metric, mode string) string {
	id := "costmap-" + topology + "-" + metric
	if mode == Ordinal {
		id += "-" + Ordinal
	}
	return id
}

// PIDName names the PID of a router by its ASN and its IGP router id (RFC 9552
// §5.2.1.4) in lower-case hex, for instance pid100:01010101.
func PIDName(asn uint32, igpRouterIDHex string) string {
	return fmt.Sprintf("pid%d:%s", asn, igpRouterIDHex)
}

// ValidPID tells whether a text may name a PID (RFC 7285 §10.1).
func ValidPID(name string) error { return checkName("PID name", name, maxNameLength) }

// ValidResourceID tells whether a text may name a resource (RFC 7285 §10.2).
func ValidResourceID(id string) error { return checkName("resource id", id, maxNameLength) }

// ValidTopology tells whether a text may name a topology. A topology name is part
// of resource ids, so it has their alphabet (RFC 7285 §10.2) and is so short that
// most keep within 64 characters; it is the first part of Kafka keys, so it has no
// '|', which that alphabet already excludes.
func ValidTopology(name string) error { return checkName("topology name", name, maxTopologyLength) }

// ValidView tells whether a text may name a view, which is part of resource ids as well.
func ValidView(name string) error { return checkName("view name", name, maxViewLength) }

func checkName(what, name string, limit int) error {
	if name == "" {
		return fmt.Errorf("%s is empty", what)
	}
	if len(name) > limit {
		return fmt.Errorf("%s %q is %d characters long, at most %d are allowed", what, name, len(name), limit)
	}
	if i := strings.IndexFunc(name, outsideAlphabet); i >= 0 {
		return fmt.Errorf("%s %q has a character other than A-Z a-z 0-9 . - : @ _ at position %d", what, name, i+1)
	}
	return nil
}

func outsideAlphabet(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune(".-:@_", r)
}
