package mapbuilder

import (
	"context"
	"fmt"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/internal/publication"
)

// Config is the configuration of map-builder.
type Config struct {
	service.Config
	ted.Options
	publication.Settings
	PrefixOwnership string        `envconfig:"PREFIX_OWNERSHIP" default:"unique" example:"unique" desc:"unique: a prefix is in one PID; all: in every one that advertises it"`
	Views           string        `envconfig:"VIEWS" example:"views.yaml" desc:"file of further maps whose PIDs are groups of routers (docs/configuration.md); without there are none"`
	SyncTimeout     time.Duration `envconfig:"SYNC_TIMEOUT" default:"30s" example:"30s" desc:"how long the first map waits for every speaker's End-of-RIB; longer while tables grow"`
}

var ownerships = map[string]ted.Ownership{"unique": ted.Unique, "all": ted.All}

// Validate reports the first wrong value, naming its variable.
func (c *Config) Validate() error {
	if err := c.Config.Validate(); err != nil {
		return err
	}
	if _, ok := ownerships[c.PrefixOwnership]; !ok {
		return service.Wrong("PREFIX_OWNERSHIP", c.PrefixOwnership, "is neither unique nor all", "unique")
	}
	if err := c.Settings.Validate(); err != nil {
		return err
	}
	if _, err := c.views(); err != nil {
		return service.Wrong("VIEWS", c.Views, err.Error(), "views.yaml")
	}
	if c.SyncTimeout <= 0 {
		return service.Wrong("SYNC_TIMEOUT", c.SyncTimeout.String(), "is not positive", "30s")
	}
	return nil
}

// views returns what the grouping file says; none without one.
func (c *Config) views() ([]View, error) {
	if c.Views == "" {
		return nil, nil
	}
	g, err := ReadGrouping(c.Views)
	if err != nil {
		return nil, err
	}
	return g.Views, nil
}

// Run runs map-builder until ctx ends or something fails for good.
func Run(ctx context.Context, c Config, rt *service.Runtime) error {
	views, err := c.views()
	if err != nil {
		return fmt.Errorf("VIEWS: %w", err)
	}
	registry, err := avro.Dial(c.Registry())
	if err != nil {
		return fmt.Errorf("SCHEMA_REGISTRY_URL: %w", err)
	}
	raw, err := avro.NewSerde[schemas.RawTopology](registry, schemas.RawTopologyTopic, schemas.RawTopologySchema)
	if err != nil {
		return err
	}
	maps, err := avro.NewSerde[schemas.NetworkMap](registry, schemas.NetworkMapsTopic, schemas.NetworkMapsSchema)
	if err != nil {
		return err
	}
	spec, err := watched(Spec(ownerships[c.PrefixOwnership], views, c.Options, c.SyncTimeout, c.Limits(stream.RecordBytes(c.KafkaProperties)), raw, maps), c.SyncTimeout, rt)
	if err != nil {
		return err
	}
	return stream.Run(ctx, spec, c.Config, rt)
}
