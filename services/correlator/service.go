package correlator

import (
	"context"
	"fmt"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Config is the configuration of correlator: what all services share.
type Config struct {
	service.Config
}

// Run runs correlator until ctx ends or something fails for good.
func Run(ctx context.Context, c Config, rt *service.Runtime) error {
	serdes, err := newSerdes(&c.Config)
	if err != nil {
		return err
	}
	return stream.Run(ctx, Spec(serdes), c.Config, rt)
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
	s.Properties, err = avro.NewSerde[schemas.EndpointProperties](registry, schemas.EndpointPropertiesTopic, schemas.EndpointPropertiesSchema)
	return s, err
}
