package costbuilder

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/internal/publication"
)

// Config is the configuration of cost-builder.
type Config struct {
	service.Config
	ted.Options
	publication.Settings
	CostMetrics   []string `envconfig:"COST_METRICS" default:"routingcost,hopcount" example:"routingcost,delay-ow,hopcount-ordinal" desc:"cost maps to keep"`
	RoutingCost   string   `envconfig:"ROUTINGCOST" default:"igp" example:"igp" desc:"what routingcost is: igp, te or hops"`
	BandwidthPath string   `envconfig:"BW_PATH" default:"widest" example:"igp" desc:"the path that bandwidths are of: the widest, or that of the igp"`
}

// Validate reports the first wrong value, naming its variable.
func (c *Config) Validate() error {
	if err := c.Config.Validate(); err != nil {
		return err
	}
	if err := c.Settings.Validate(); err != nil {
		return err
	}
	if _, ok := routingCosts[c.RoutingCost]; !ok {
		return service.Wrong("ROUTINGCOST", c.RoutingCost, "is not one of "+strings.Join(slices.Sorted(maps.Keys(routingCosts)), ", "), "igp")
	}
	if c.BandwidthPath != widestPath && c.BandwidthPath != igpPath {
		return service.Wrong("BW_PATH", c.BandwidthPath, "is not one of "+igpPath+", "+widestPath, widestPath)
	}
	const example = "routingcost,hopcount"
	if len(c.CostMetrics) == 0 {
		return service.Wrong("COST_METRICS", "", "is empty", example)
	}
	if _, err := c.metrics(); err != nil {
		return service.Wrong("COST_METRICS", strings.Join(c.CostMetrics, ","), err.Error(), example)
	}
	return nil
}

// Run runs cost-builder until ctx ends or something fails for good.
func Run(ctx context.Context, c Config, rt *service.Runtime) error {
	serdes, err := newSerdes(&c.Config)
	if err != nil {
		return err
	}
	metrics, err := c.metrics()
	if err != nil {
		return fmt.Errorf("COST_METRICS: %w", err)
	}
	return stream.Run(ctx, watched(Spec(metrics, c.Options, c.Limits(stream.RecordBytes(c.KafkaProperties)), serdes), rt), c.Config, rt)
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
	s.Costs, err = avro.NewSerde[versioned.CostRecord](registry, schemas.CostMapsTopic, schemas.CostMapsSchema)
	return s, err
}
