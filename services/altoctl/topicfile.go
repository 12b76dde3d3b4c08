package altoctl

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/altostream/altostream/schemas"
)

// topicsFile is deploy/topics.yaml.
type topicsFile struct {
	Default struct {
		Partitions    int `yaml:"partitions"`
		topicSettings `yaml:",inline"`
	} `yaml:"default"`
	Topics map[string]topicSettings `yaml:"topics"`
}

// topicSettings is what a topic may have of its own.
type topicSettings struct {
	ReplicationFactor int               `yaml:"replication_factor"`
	Config            map[string]string `yaml:"config"`
}

// wantedTopic is a topic as it is to be.
type wantedTopic struct {
	name              string
	partitions        int
	replicationFactor int
	config            map[string]string
}

// readTopicsFile returns the topics of a file in the order of the chain, with so many
// replicas instead of the file's unless it is 0.
func readTopicsFile(name string, replicas int) ([]wantedTopic, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("topics file (-f): %w", err)
	}
	topics, err := parseTopics(text, replicas)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return topics, nil
}

func parseTopics(text []byte, replicas int) ([]wantedTopic, error) {
	var file topicsFile
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.New(goType.ReplaceAllString(err.Error(), ""))
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one YAML document")
	}
	return file.topics(replicas)
}

// goType is what the YAML library says of an unknown field that means nothing to people.
var goType = regexp.MustCompile(` in type \S+`)

func (f *topicsFile) topics(replicas int) ([]wantedTopic, error) {
	if f.Default.Partitions < 1 {
		return nil, errors.New("default.partitions is missing, or is not a positive number")
	}
	for name := range f.Topics {
		if !slices.Contains(schemas.Topics, name) {
			return nil, fmt.Errorf("topics.%s: altostream has no such topic; it has %q", name, schemas.Topics)
		}
	}
	var topics []wantedTopic
	for _, name := range schemas.Topics {
		own, ok := f.Topics[name]
		if !ok {
			continue
		}
		t := wantedTopic{name: name, partitions: f.Default.Partitions, replicationFactor: own.ReplicationFactor, config: map[string]string{}}
		if t.replicationFactor == 0 {
			t.replicationFactor = f.Default.ReplicationFactor
		}
		maps.Copy(t.config, f.Default.Config)
		maps.Copy(t.config, own.Config)
		if replicas != 0 {
			t.replicate(replicas)
		}
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("topic %s: %w", name, err)
		}
		topics = append(topics, t)
	}
	if len(topics) == 0 {
		return nil, errors.New("there are no topics")
	}
	return topics, nil
}

const minInSync = "min.insync.replicas"

// replicate sets the number of replicas, and lowers how many must be in sync to it.
func (t *wantedTopic) replicate(n int) {
	t.replicationFactor = n
	if required, err := strconv.Atoi(t.config[minInSync]); err == nil && required > n {
		t.config[minInSync] = strconv.Itoa(n)
	}
}

// check refuses settings with which no service could work.
func (t wantedTopic) check() error {
	if t.replicationFactor < 1 {
		return errors.New("replication_factor (--replicas) is missing, or is not a positive number")
	}
	if policy := t.config["cleanup.policy"]; policy != "compact" {
		return fmt.Errorf("cleanup.policy is %q, must be compact, or the table loses what does not change", policy)
	}
	if n, err := strconv.Atoi(t.config[minInSync]); err == nil && n > t.replicationFactor {
		return fmt.Errorf("min.insync.replicas is %d with a replication_factor of %d: nothing could be written", n, t.replicationFactor)
	}
	return nil
}
