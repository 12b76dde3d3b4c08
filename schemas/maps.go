package schemas

import "time"

// VersionTag names a version of a network map (RFC 7285 §10.3).
type VersionTag struct {
	ResourceID string `avro:"resource_id"`
	Tag        string `avro:"tag"`
}

// NetworkMap is the value of network_maps: a whole map, or the head, a part or a
// delta of a large one.
type NetworkMap struct {
	Meta       *NetworkMapMeta                  `avro:"meta"`
	NetworkMap map[string]EndpointAddressGroup  `avro:"network_map"`
	Version    *int64                           `avro:"version"`
	Parts      *Parts                           `avro:"parts"`
	Delta      map[string]*EndpointAddressGroup `avro:"delta"`
}

// NetworkMapMeta is the meta of a network map (RFC 7285 §11.2.1.6).
type NetworkMapMeta struct {
	VTag VersionTag `avro:"vtag"`
	// View is what the map is a view of; nil of a map by router.
	View *View `avro:"view"`
	// Sources and StaleSince say how current the speakers are that the map is made of;
	// they are no part of the tag.
	Sources *Sources `avro:"sources"`
	// StaleSince is when the first session was lost of the speakers whose last words the
	// map is still made of; nil when all that it is made of is current.
	StaleSince *time.Time `avro:"stale_since"`
}

// View says that the PIDs of a network map are groups of the routers of a topology.
type View struct {
	Topology string `avro:"topology"`
	Name     string `avro:"name"`
	// Cost is which of the costs between the routers of two groups is theirs: least, mean or
	// greatest.
	Cost string `avro:"cost"`
}

// Sources is how many speakers tell of a topology, and how many of them have lost their
// session.
type Sources struct {
	Count int32 `avro:"count"`
	Stale int32 `avro:"stale"`
}

// EndpointAddressGroup holds the prefixes of one PID (RFC 7285 §10.4.5).
type EndpointAddressGroup struct {
	IPv4 []string `avro:"ipv4"`
	IPv6 []string `avro:"ipv6"`
	// Members are the PIDs of the routers that a view has in this PID, sorted; nil in a map by
	// router, and of a PID that is no group.
	Members []string `avro:"members"`
}

// Parts says what a reader of a large map must have before it may show it.
type Parts struct {
	Count  int32  `avro:"count"`
	Digest string `avro:"digest"`
}

// CostMap is the value of cost_maps: a whole map, or the head, a part or a delta
// of a large one.
type CostMap struct {
	Meta    *CostMapMeta                   `avro:"meta"`
	CostMap map[string]map[string]float64  `avro:"cost_map"`
	Version *int64                         `avro:"version"`
	Parts   *Parts                         `avro:"parts"`
	Delta   map[string]map[string]*float64 `avro:"delta"`
}

// CostMapMeta is the meta of a cost map (RFC 7285 §11.2.3.6).
type CostMapMeta struct {
	DependentVTags []VersionTag `avro:"dependent_vtags"`
	CostType       CostType     `avro:"cost_type"`
	Sources        *Sources     `avro:"sources"`     // as NetworkMapMeta
	StaleSince     *time.Time   `avro:"stale_since"` // as NetworkMapMeta
}

// CostType is RFC 7285 §10.7.
type CostType struct {
	CostMode    string       `avro:"cost_mode"`
	CostMetric  string       `avro:"cost_metric"`
	CostContext *CostContext `avro:"cost_context"`
}

// CostContext says where costs come from (RFC 9439 §3.1).
type CostContext struct {
	CostSource string            `avro:"cost_source"`
	Parameters map[string]string `avro:"parameters"`
}
