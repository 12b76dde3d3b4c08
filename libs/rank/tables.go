package rank

import (
	"math"
	"slices"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// Tables is what the topics hold, as far as it has been told. It is not safe for
// concurrent use.
type Tables struct {
	endpoints   map[string]*schemas.EndpointProperties
	networkMaps map[string]*networkMap
	costs       map[string]*costs
}

type networkMap struct {
	meta     *schemas.NetworkMapMeta
	prefixes *alto.PrefixTable
	pids     map[string]bool
}

type costs struct {
	meta *schemas.CostMapMeta
	alto.Costs
}

// NewTables returns tables that hold nothing.
func NewTables() *Tables {
	return &Tables{endpoints: map[string]*schemas.EndpointProperties{}, networkMaps: map[string]*networkMap{}, costs: map[string]*costs{}}
}

// SetEndpoint takes a record of endpoint-properties; nil = gone.
func (t *Tables) SetEndpoint(id string, r *schemas.EndpointProperties) {
	if r == nil {
		delete(t.endpoints, id)
		return
	}
	t.endpoints[id] = r
}

// SetNetworkMap takes a whole network map; nil = gone. One that is no whole map counts as gone.
func (t *Tables) SetNetworkMap(id string, m *schemas.NetworkMap) {
	if m == nil || m.Meta == nil || m.NetworkMap == nil {
		delete(t.networkMaps, id)
		return
	}
	taken := &networkMap{meta: m.Meta, prefixes: alto.NewPrefixTable(m.NetworkMap), pids: map[string]bool{}}
	for pid := range m.NetworkMap {
		taken.pids[pid] = true
	}
	t.networkMaps[id] = taken
}

// SetCosts takes the costs of a whole cost map; meta nil = gone.
func (t *Tables) SetCosts(id string, meta *schemas.CostMapMeta, c alto.Costs) {
	if meta == nil {
		delete(t.costs, id)
		return
	}
	t.costs[id] = &costs{meta, c}
}

// row returns the costs from a PID by destination, those that are told; nil if there are
// none from it.
func (c *costs) row(from string) map[string]float64 {
	pids := c.PIDs()
	at, ok := slices.BinarySearch(pids, from)
	if !ok {
		return nil
	}
	dense := make([]float64, len(pids))
	c.Row(at, dense)
	row := make(map[string]float64, len(pids))
	for i, cost := range dense {
		if !math.IsNaN(cost) {
			row[pids[i]] = cost
		}
	}
	return row
}
