package rank

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// Query is a question: which sites can take a workload, and what does it cost to get to
// them.
type Query struct {
	// From is the name of a PID, or an address.
	From string
	// NetworkMap is the resource id of the network map; empty = networkmap-default.
	NetworkMap string
	// Needs are amounts by resource class: vcpu, ram (MB), disk (GB), gpu (any class of that
	// kind), or the platform's name of one. They must be free on one host.
	Needs map[string]float64
	// Metrics are the costs, in the order in which they count; none = routingcost.
	Metrics []Metric
	// Tolerates are the keys of taints that do not matter.
	Tolerates []string
	// Order says what comes first.
	Order Order
}

// Order says which site comes first.
type Order int

const (
	// ByCost is the cheapest, by the metrics in their order.
	ByCost Order = iota
	// ByScore is the best overall score as seen from Query.From.
	ByScore
)

// Metric is a cost and what it has to keep to.
type Metric struct {
	Name    string // as in the resource id of the cost map: routingcost, delay-ow, routingcost-ipv6
	Bounded bool
	Bound   float64 // in the metric's unit: the most, of bandwidths the least
}

// larger reports whether more is better.
func (m Metric) larger() bool {
	return strings.HasPrefix(strings.TrimPrefix(m.Name, "priv:"), "bw-")
}

func (m Metric) within(cost float64) bool {
	switch {
	case !m.Bounded:
		return true
	case m.larger():
		return cost >= m.Bound
	}
	return cost <= m.Bound
}

// source is where a query asks from, and the costs from there.
type source struct {
	query   Query
	pid     string
	prefix  string // by which the PID was found; empty = it was named
	network *networkMap
	id      string // of the network map
	metrics []metric
}

// metric is a metric with the costs from the source.
type metric struct {
	Metric
	id         string             // of the cost map
	row        map[string]float64 // by destination
	largest    float64            // of the row
	staleSince *time.Time
}

// source finds where a query asks from.
func (t *Tables) source(q Query) (*source, error) {
	s := &source{query: q, id: q.NetworkMap}
	if s.id == "" {
		s.id = alto.NetworkMapID("default")
	}
	if s.network = t.networkMaps[s.id]; s.network == nil {
		return nil, fmt.Errorf("there is no network map %s", s.id)
	}
	if err := s.locate(q.From); err != nil {
		return nil, err
	}
	metrics := q.Metrics
	if len(metrics) == 0 {
		metrics = []Metric{{Name: alto.RoutingCost}}
	}
	for _, m := range metrics {
		found, err := t.metric(s, m)
		if err != nil {
			return nil, err
		}
		s.metrics = append(s.metrics, found)
	}
	return s, nil
}

// locate finds the PID of the place that is asked from.
func (s *source) locate(from string) error {
	if s.network.pids[from] {
		s.pid = from
		return nil
	}
	address, err := netip.ParseAddr(from)
	if err != nil {
		return fmt.Errorf("%q is no PID of %s and no address", from, s.id)
	}
	pid, prefix, ok := s.network.prefixes.Lookup(address)
	if !ok || pid == alto.DefaultPID {
		return fmt.Errorf("%s is in no PID of %s", from, s.id)
	}
	s.pid, s.prefix = pid, prefix.String()
	return nil
}

// metric returns the costs of a metric from the source.
func (t *Tables) metric(s *source, m Metric) (metric, error) {
	topology := strings.TrimPrefix(s.id, alto.NetworkMapID(""))
	found := metric{Metric: m, id: alto.CostMapID(topology, m.Name, alto.Numerical)}
	c := t.costs[found.id]
	if c == nil {
		return found, fmt.Errorf("there is no cost map %s; of %s there are %s (COST_METRICS of cost-builder)", found.id, s.id, t.costsOf(s.id, topology))
	}
	if !slices.Contains(c.meta.DependentVTags, s.network.meta.VTag) {
		return found, &VersionError{CostMap: found.id, NetworkMap: s.network.meta.VTag}
	}
	found.row, found.staleSince = c.row(s.pid), c.meta.StaleSince
	for _, cost := range found.row {
		found.largest = max(found.largest, cost)
	}
	return found, nil
}

// costsOf names the metrics that there are cost maps of for a network map.
func (t *Tables) costsOf(networkMap, topology string) string {
	var names []string
	for id, c := range t.costs {
		of := slices.ContainsFunc(c.meta.DependentVTags, func(v schemas.VersionTag) bool { return v.ResourceID == networkMap })
		if name, ok := strings.CutPrefix(id, alto.CostMapID(topology, "", alto.Numerical)); ok && of {
			names = append(names, name)
		}
	}
	if names == nil {
		return "none"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// VersionError says that a cost map is of another version of the network map than the one
// at hand: the one of the two that is missing is on its way.
type VersionError struct {
	CostMap    string
	NetworkMap schemas.VersionTag
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s is not of the version of %s that is known, %s; the missing one of them is on its way", e.CostMap, e.NetworkMap.ResourceID, e.NetworkMap.Tag)
}
