package costbuilder

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// Config is the configuration of cost-builder.
type Config struct {
	service.Config
	ted.Options
	CostMetrics []string `envconfig:"COST_METRICS" default:"routingcost,hopcount" example:"routingcost,hopcount" desc:"cost maps to keep"`
	RoutingCost string   `envconfig:"ROUTINGCOST" default:"igp" example:"igp" desc:"what routingcost is: igp, te or hops"`
}

// Metric names (RFC 7285 §10.6).
const (
	routingCost = "routingcost"
	hopCount    = "hopcount"
)

var routingCosts = map[string]ted.Metric{"igp": ted.RoutingIGP, "te": ted.RoutingTE, "hops": ted.RoutingHops}

// Validate reports the first wrong value, naming its variable.
func (c *Config) Validate() error {
	if err := c.Config.Validate(); err != nil {
		return err
	}
	if _, ok := routingCosts[c.RoutingCost]; !ok {
		return service.Wrong("ROUTINGCOST", c.RoutingCost, "is not one of "+strings.Join(slices.Sorted(maps.Keys(routingCosts)), ", "), "igp")
	}
	if len(c.CostMetrics) == 0 {
		return service.Wrong("COST_METRICS", "", "is empty", "routingcost,hopcount")
	}
	for i, name := range c.CostMetrics {
		problem := ""
		switch {
		case name != routingCost && name != hopCount:
			problem = fmt.Sprintf("has %q; there are routingcost and hopcount", name)
		case slices.Contains(c.CostMetrics[:i], name):
			problem = fmt.Sprintf("has %q twice", name)
		default:
			continue
		}
		return service.Wrong("COST_METRICS", strings.Join(c.CostMetrics, ","), problem, "routingcost,hopcount")
	}
	return nil
}

// metrics returns the metrics asked for.
func (c *Config) metrics() []Metric {
	var out []Metric
	for _, name := range c.CostMetrics {
		m := Metric{Name: name, Costs: ted.HopCount}
		if name == routingCost {
			m.Costs = routingCosts[c.RoutingCost]
		}
		out = append(out, m)
	}
	return out
}

// Run runs cost-builder until ctx ends or something fails for good.
func Run(ctx context.Context, c Config, rt *service.Runtime) error {
	serdes, err := newSerdes(&c.Config)
	if err != nil {
		return err
	}
	return stream.Run(ctx, Spec(c.metrics(), c.Options, serdes), c.Config, rt)
}

func newSerdes(c *service.Config) (s Serdes, err error) {
	registry, err := avro.Dial(c.Registry())
	if err != nil {
		return s, fmt.Errorf("SCHEMA_REGISTRY_URL: %w", err)
	}
	if s.Raw, err = avro.NewSerde[schemas.RawTopology](registry, schemas.RawTopologyTopic, schemas.RawTopologySchema); err != nil {
		return s, err
	}
	if s.Maps, err = avro.NewSerde[schemas.NetworkMap](registry, schemas.NetworkMapsTopic, schemas.NetworkMapsSchema); err != nil {
		return s, err
	}
	s.Costs, err = avro.NewSerde[schemas.CostMap](registry, schemas.CostMapsTopic, schemas.CostMapsSchema)
	return s, err
}
