package computeingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/altostream/altostream/services/compute-ingest/collect/document"
	"github.com/altostream/altostream/services/compute-ingest/collect/kubernetes"
	"github.com/altostream/altostream/services/compute-ingest/collect/openstack"
	"github.com/altostream/altostream/services/compute-ingest/collect/prometheus"
)

// Kinds of sources in COMPUTE_CONFIG. Records say static of documents.
const (
	kindDocument   = "document"
	kindOpenStack  = "openstack"
	kindKubernetes = "kubernetes"
	kindPrometheus = "prometheus"
)

// Source is what is configured of one source; of the last four, that of its kind.
type Source struct {
	Name     string
	Kind     string
	Interval time.Duration // 0: COMPUTE_POLL_INTERVAL
	Topology string        // network of its addresses; empty: every one

	Document   document.Config
	OpenStack  openstack.Config
	Kubernetes kubernetes.Config
	Prometheus prometheus.Config
}

var sourceName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// Document is the source of a JSON document at a location: the path of a file, or an
// http(s) URL.
func Document(name, location string) Source {
	return Source{Name: name, Kind: kindDocument, Document: document.Config{Location: location}}
}

// identity is what the records say of the source.
func (s Source) identity() identity {
	id := identity{name: s.Name, kind: s.Kind}
	if s.Kind == kindDocument {
		id.kind = "static"
	}
	if s.Topology != "" {
		id.topology = &s.Topology
	}
	return id
}

// collector returns the collector of the source.
func (s Source) collector() Collector {
	switch s.Kind {
	case kindOpenStack:
		return openstack.New(s.OpenStack)
	case kindKubernetes:
		return kubernetes.New(s.Kubernetes)
	case kindPrometheus:
		return prometheus.New(s.Prometheus)
	}
	return document.New(s.Document)
}

// head is what every source in COMPUTE_CONFIG has.
type head struct {
	Name     string        `yaml:"name"`
	Kind     string        `yaml:"kind"`
	Interval time.Duration `yaml:"interval"`
	Topology string        `yaml:"topology"`
}

// ParseSources reads the text of COMPUTE_CONFIG.
func ParseSources(text []byte) (Sources, error) {
	var file struct {
		Sources []yaml.Node `yaml:"sources"`
	}
	if err := strictly(text, &file); err != nil {
		return nil, fmt.Errorf("is not {sources: […]}: %w", err)
	}
	var sources Sources
	for i := range file.Sources {
		node := &file.Sources[i]
		source, err := parseSource(node)
		if err == nil {
			err = sources.add(source)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", node.Line, err)
		}
	}
	return sources, nil
}

func parseSource(node *yaml.Node) (Source, error) {
	var h head
	if err := node.Decode(&h); err != nil {
		return Source{}, err
	}
	s := Source{Name: h.Name, Kind: h.Kind, Interval: h.Interval, Topology: h.Topology}
	if h.Interval != 0 && h.Interval < minPollInterval {
		return s, fmt.Errorf("the interval %s of %s is shorter than %s", h.Interval, h.Name, minPollInterval)
	}
	switch h.Kind {
	case kindDocument:
		return s, parseKind(node, &s.Document)
	case kindOpenStack:
		return s, parseKind(node, &s.OpenStack)
	case kindKubernetes:
		return s, parseKind(node, &s.Kubernetes)
	case kindPrometheus:
		return s, parseKind(node, &s.Prometheus)
	}
	return s, fmt.Errorf("the kind %q of %s is none of document, openstack, kubernetes, prometheus", h.Kind, h.Name)
}

// parseKind reads what is configured of one kind of source, and nothing else beside the head.
func parseKind[C any, P interface {
	*C
	Check() error
}](node *yaml.Node, config P) error {
	text, err := yaml.Marshal(node)
	if err != nil {
		return err
	}
	var whole struct {
		Head   head `yaml:",inline"`
		Config C    `yaml:",inline"`
	}
	if err := strictly(text, &whole); err != nil {
		return fmt.Errorf("%s: %w", whole.Head.Name, err)
	}
	*config = whole.Config
	if err := config.Check(); err != nil {
		return fmt.Errorf("%s: %w", whole.Head.Name, err)
	}
	return nil
}

// strictly reads YAML with known fields only.
func strictly(text []byte, to any) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(to); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
