package computeingest

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/service"
)

// Config is the configuration of compute-ingest.
type Config struct {
	service.Config
	ComputeSources      Sources       `envconfig:"COMPUTE_SOURCES" example:"static=/etc/altostream/compute.json,dc1=https://dc1.example/compute.json" desc:"name=location,… of JSON documents: files or URLs"`
	ComputeSites        string        `envconfig:"COMPUTE_SITES" example:"/etc/altostream/sites.json" desc:"file that says where resources stand"`
	ComputePollInterval time.Duration `envconfig:"COMPUTE_POLL_INTERVAL" default:"10s" example:"10s" desc:"time between polls"`
}

// minPollInterval keeps a poll from becoming a busy loop.
const minPollInterval = 100 * time.Millisecond

// Validate reports the first wrong value, naming its variable.
func (c *Config) Validate() error {
	if err := c.Config.Validate(); err != nil {
		return err
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

// Source is a document that tells of compute resources.
type Source struct {
	Name     string
	Location string // path of a file, or http(s) URL
}

// Sources are the sources of COMPUTE_SOURCES.
type Sources []Source

var sourceName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// Decode reads name=location,… (envconfig).
func (s *Sources) Decode(text string) error {
	seen := map[string]bool{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		name, location, ok := strings.Cut(item, "=")
		switch {
		case !ok:
			return fmt.Errorf("has %q, which is not name=location", item)
		case !sourceName.MatchString(name):
			return fmt.Errorf("has the name %q, which is not 1 to 64 of A-Z a-z 0-9 . _ -", name)
		case seen[name]:
			return fmt.Errorf("names the source %s twice", name)
		}
		if err := checkLocation(location); err != nil {
			return fmt.Errorf("has a wrong location for %s: %w", name, err)
		}
		seen[name] = true
		*s = append(*s, Source{name, location})
	}
	return nil
}

func checkLocation(text string) error {
	if text == "" {
		return errors.New("it is empty")
	}
	if !isURL(text) {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("it is neither the path of a file nor an http(s) URL (write a comma in a URL as %2C)")
	}
	return nil
}

func isURL(location string) bool { return strings.Contains(location, "://") }
