package prometheus

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/client_golang/api"
	promv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// Config says which Prometheus to ask for what.
type Config struct {
	URL string `yaml:"url"` // of Prometheus, or of what answers like it
	// HTTPConfigFile has the credentials and authorities, as promtool's --http.config.file.
	HTTPConfigFile string   `yaml:"http_config_file"`
	Presets        []string `yaml:"presets"`
	Queries        []Query  `yaml:"queries"`
}

// Query is a query and what its answer is.
type Query struct {
	// Field is the field of the record: measured_use.vcpu, capacity.ram, classes.gpu.measured_use,
	// metrics.<name>, instances, state (1 = up), schedulable (1 = true); or addresses, site, zone, region, id,
	// which Label tells.
	Field string `yaml:"field"`
	Query string `yaml:"query"`
	// Resource is the label that names the resource; empty: instance.
	Resource string `yaml:"resource"`
	Label    string `yaml:"label"`
	// Of metrics: UCUM unit, statistic, and the time that it is of.
	Unit      string        `yaml:"unit"`
	Statistic string        `yaml:"statistic"`
	Window    time.Duration `yaml:"window"`
}

// Check says what is wrong with the configuration.
func (c *Config) Check() error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("the url is not an http(s) URL")
	}
	queries, err := c.queries()
	if err != nil {
		return err
	}
	if len(queries) == 0 {
		return errors.New("there are neither presets nor queries")
	}
	for _, q := range queries {
		if err := q.check(); err != nil {
			return fmt.Errorf("query %q: %w", collect.Clip(q.Query), err)
		}
	}
	return nil
}

// queries are those of the presets and the others.
func (c *Config) queries() ([]Query, error) {
	var all []Query
	for _, name := range c.Presets {
		preset, ok := presets[name]
		if !ok {
			return nil, fmt.Errorf("the preset %q is none of %q", name, slices.Sorted(maps.Keys(presets)))
		}
		all = append(all, preset...)
	}
	return append(all, c.Queries...), nil
}

const requestTimeout = 30 * time.Second

// Collector asks a Prometheus.
type Collector struct {
	config  Config
	queries []Query
	api     promv1.API // nil: there is no client yet
	names   []string   // of the resources of the last reading
}

// New returns the collector of a configuration that Check approves.
func New(c Config) *Collector {
	queries, _ := c.queries()
	return &Collector{config: c, queries: queries}
}

func (c *Collector) String() string {
	u, err := url.Parse(c.config.URL)
	if err != nil {
		return "Prometheus"
	}
	return u.Redacted()
}

// Watch returns nil: Prometheus is polled.
func (c *Collector) Watch(context.Context) <-chan struct{} { return nil }

// connect makes the client; its credentials may come later than this program.
func (c *Collector) connect() error {
	if c.api != nil {
		return nil
	}
	settings := &config.DefaultHTTPClientConfig
	if c.config.HTTPConfigFile != "" {
		told, _, err := config.LoadHTTPConfigFile(c.config.HTTPConfigFile)
		if err != nil {
			return fmt.Errorf("credentials: %w", err)
		}
		settings = told
	}
	transport, err := config.NewRoundTripperFromConfig(*settings, "altostream")
	if err != nil {
		return fmt.Errorf("credentials: %w", err)
	}
	client, err := api.NewClient(api.Config{Address: c.config.URL, Client: &http.Client{Transport: transport, Timeout: requestTimeout}})
	if err != nil {
		return err
	}
	c.api = promv1.NewAPI(client)
	return nil
}

// Read asks all queries. One that Prometheus does not understand is a problem; any other
// failure is that of the whole reading.
func (c *Collector) Read(ctx context.Context) (collect.Reading, error) {
	if err := c.connect(); err != nil {
		return collect.Reading{}, err
	}
	t := newTable()
	var warned []string
	failed := 0
	for _, q := range c.queries {
		value, warnings, _, err := c.api.Query(ctx, q.Query, time.Time{})
		var refused *promv1.Error
		switch {
		case errors.As(err, &refused) && (refused.Type == promv1.ErrBadData || refused.Type == promv1.ErrExec):
			failed++
			t.problem("query", "", fmt.Errorf("query for %s: %w: %s", q.Field, err, collect.Clip(q.Query)))
			continue
		case err != nil:
			c.api = nil // the credentials may have changed
			return collect.Reading{}, explain(err)
		}
		vector, ok := value.(model.Vector)
		if !ok {
			t.problem("query", "", fmt.Errorf("query for %s: its answer is a %s and no vector", q.Field, value.Type()))
			continue
		}
		warned = append(warned, warnings...)
		t.add(q, vector)
	}
	if failed == len(c.queries) {
		return collect.Reading{}, errors.Join(errorsOf(t.problems)...)
	}
	reading := t.reading()
	c.keepMissing(&reading, warned)
	c.names = slices.Collect(maps.Keys(reading.Resources))
	for name := range reading.PutAside {
		c.names = append(c.names, name)
	}
	return reading, nil
}

// keepMissing keeps what an answer with warnings does not tell of: it may be a part of the
// answer only.
func (c *Collector) keepMissing(reading *collect.Reading, warnings []string) {
	if len(warnings) == 0 {
		return
	}
	reading.Problems = append(reading.Problems, collect.Problem{Part: "query", Err: fmt.Errorf("the answer may be a part only: %s", warnings[0])})
	for _, name := range c.names {
		if reading.Resources[name] == nil {
			reading.PutAside[name] = schemas.ResourceProblem{Field: "source", Reason: "not in an answer that may be a part only: " + warnings[0]}
		}
	}
}

func errorsOf(problems []collect.Problem) []error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errs
}

// explain adds what an error of the client leaves out.
func explain(err error) error {
	var refused *promv1.Error
	if errors.As(err, &refused) && refused.Detail != "" {
		return fmt.Errorf("%w: %s", err, collect.Clip(refused.Detail))
	}
	return err
}
