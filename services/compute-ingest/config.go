package computeingest

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/service"
)

// Config is the configuration of compute-ingest.
type Config struct {
	service.Config
	ComputeSources      Sources       `envconfig:"COMPUTE_SOURCES" example:"static=/etc/altostream/compute.json,dc1=openstack:dc1,edge=kubernetes:" desc:"name=location,… of JSON documents (files or URLs) and of clouds (openstack:<cloud>, kubernetes:<context>, prometheus:<URL>)"`
	ComputeConfig       string        `envconfig:"COMPUTE_CONFIG" example:"/etc/altostream/compute.yaml" desc:"file of further sources, with all that can be said of them"`
	ComputeSites        string        `envconfig:"COMPUTE_SITES" example:"/etc/altostream/sites.json" desc:"file that says where resources stand"`
	ComputePollInterval time.Duration `envconfig:"COMPUTE_POLL_INTERVAL" default:"10s" example:"10s" desc:"time between polls, of sources that have none of their own"`
}

// minPollInterval keeps a poll from becoming a busy loop.
const minPollInterval = 100 * time.Millisecond

// Validate reports the first wrong value, naming its variable, and reads COMPUTE_CONFIG.
func (c *Config) Validate() error {
	if err := c.Config.Validate(); err != nil {
		return err
	}
	if c.ComputeConfig != "" {
		if err := c.readFile(); err != nil {
			return service.Wrong("COMPUTE_CONFIG", c.ComputeConfig, err.Error(), "/etc/altostream/compute.yaml")
		}
	}
	if len(c.ComputeSources) == 0 {
		return service.Wrong("COMPUTE_SOURCES", "", "is empty: there is nothing to read", "static=/etc/altostream/compute.json")
	}
	if strings.Contains(c.ComputeSites, "://") {
		return service.Wrong("COMPUTE_SITES", c.ComputeSites, "is not the path of a file", "/etc/altostream/sites.json")
	}
	if c.ComputePollInterval < minPollInterval {
		return service.Wrong("COMPUTE_POLL_INTERVAL", c.ComputePollInterval.String(), "is shorter than "+minPollInterval.String(), "10s")
	}
	return nil
}

// readFile adds the sources of COMPUTE_CONFIG.
func (c *Config) readFile() error {
	text, err := os.ReadFile(c.ComputeConfig)
	if err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	sources, err := ParseSources(text)
	if err != nil {
		return err
	}
	for _, s := range sources {
		if err := c.ComputeSources.add(s); err != nil {
			return err
		}
	}
	return nil
}

// Sources are the sources of COMPUTE_SOURCES and COMPUTE_CONFIG.
type Sources []Source

// Decode reads name=location,… (envconfig).
func (s *Sources) Decode(text string) error {
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		name, location, ok := strings.Cut(item, "=")
		if !ok {
			return fmt.Errorf("has %q, which is not name=location", item)
		}
		source, err := sourceAt(name, location)
		if err != nil {
			return fmt.Errorf("has a wrong location for %s: %w", name, err)
		}
		if err := s.add(source); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sources) add(source Source) error {
	if !sourceName.MatchString(source.Name) {
		return fmt.Errorf("has the name %q, which is not 1 to 64 of A-Z a-z 0-9 . _ -", source.Name)
	}
	for _, other := range *s {
		if other.Name == source.Name {
			return fmt.Errorf("names the source %s twice", source.Name)
		}
	}
	*s = append(*s, source)
	return nil
}

// sourceAt is the source at a location of COMPUTE_SOURCES.
func sourceAt(name, location string) (Source, error) {
	if location == "" {
		return Source{}, errors.New("it is empty")
	}
	s := Source{Name: name}
	if kind, rest, ok := strings.Cut(location, ":"); ok && !strings.HasPrefix(rest, "//") {
		switch kind {
		case kindOpenStack:
			s.Kind, s.OpenStack.Cloud = kind, rest
			return s, nil
		case kindKubernetes:
			s.Kind, s.Kubernetes.Context = kind, rest
			return s, nil
		case kindPrometheus:
			s.Kind, s.Prometheus.URL, s.Prometheus.Presets = kind, rest, []string{"node-exporter"}
			return s, s.Prometheus.Check()
		}
	}
	s = Document(name, location)
	return s, s.Document.Check()
}
