package correlator

import (
	"context"
	"fmt"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/cats"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Config is the configuration of correlator.
type Config struct {
	service.Config
	Sites         Sites        `envconfig:"SITES" example:"/etc/altostream/sites.json" desc:"JSON file: where sites hang on the network"`
	Weights       cats.Weights `envconfig:"CATS_WEIGHTS" example:"vcpu=2,ram=1,gpu=1,compute=1,service=2" desc:"weights of classes, service metrics and categories in the scores"`
	Bounds        cats.Bounds  `envconfig:"CATS_BOUNDS" example:"ttft=0.2..5" desc:"best and worst values of the service metrics that count, name=best..worst"`
	Aggregation   string       `envconfig:"CATS_AGGREGATION" default:"weighted-average" example:"minimum" desc:"weighted-average or minimum"`
	Normalization string       `envconfig:"CATS_NORMALIZATION" default:"min-max" example:"sigmoid" desc:"min-max or sigmoid"`
}

// Validate reports the first wrong value, naming its variable.
func (c *Config) Validate() error {
	if err := c.Config.Validate(); err != nil {
		return err
	}
	if c.Aggregation != cats.WeightedAverage && c.Aggregation != cats.Minimum {
		return service.Wrong("CATS_AGGREGATION", c.Aggregation, "is neither weighted-average nor minimum", cats.Minimum)
	}
	if c.Normalization != cats.MinMax && c.Normalization != cats.Sigmoid {
		return service.Wrong("CATS_NORMALIZATION", c.Normalization, "is neither min-max nor sigmoid", cats.Sigmoid)
	}
	return nil
}

// Run runs correlator until ctx ends or something fails for good.
func Run(ctx context.Context, c Config, rt *service.Runtime) error {
	serdes, err := newSerdes(&c.Config)
	if err != nil {
		return err
	}
	method := cats.NewMethod(c.Aggregation, c.Normalization, c.Weights, c.Bounds)
	return stream.Run(ctx, Spec(c, method, serdes), c.Config, rt)
}

func newSerdes(c *service.Config) (s Serdes, err error) {
	registry, err := avro.Dial(c.Registry())
	if err != nil {
		return s, fmt.Errorf("SCHEMA_REGISTRY_URL: %w", err)
	}
	if s.Resources, err = avro.NewSerde[schemas.ComputeResource](registry, schemas.ComputeResourcesTopic, schemas.ComputeResourcesSchema); err != nil {
		return s, err
	}
	if s.Maps, err = avro.NewSerde[schemas.NetworkMap](registry, schemas.NetworkMapsTopic, schemas.NetworkMapsSchema); err != nil {
		return s, err
	}
	s.Properties, err = avro.NewSerde[Record](registry, schemas.EndpointPropertiesTopic, schemas.EndpointPropertiesSchema)
	return s, err
}
