package altoctl

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/schemas"
)

// repositoryFile is the file of the topics as it is delivered.
const repositoryFile = "../../deploy/topics.yaml"

func TestRepositoryFile(t *testing.T) {
	topics, err := readTopicsFile(repositoryFile, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, topic := range topics {
		names = append(names, topic.name)
	}
	if diff := cmp.Diff(schemas.Topics, names); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
}

func TestParseTopics(t *testing.T) {
	topics, err := parseTopics([]byte(`
default:
  partitions: 2
  replication_factor: 3
  config: {cleanup.policy: compact, min.insync.replicas: 2, segment.ms: 3600000}
topics:
  cost_maps:
    replication_factor: 4
    config: {segment.ms: 1}
  raw-topology:
`), 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []wantedTopic{
		{"raw-topology", 2, 3, map[string]string{"cleanup.policy": "compact", "min.insync.replicas": "2", "segment.ms": "3600000"}},
		{"cost_maps", 2, 4, map[string]string{"cleanup.policy": "compact", "min.insync.replicas": "2", "segment.ms": "1"}},
	}
	if diff := cmp.Diff(want, topics, cmp.AllowUnexported(wantedTopic{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseTopicsRefuses(t *testing.T) {
	const good = `
default:
  partitions: 2
  replication_factor: 1
  config: {cleanup.policy: compact}
topics:
  cost_maps: {}
`
	if _, err := parseTopics([]byte(good), 0); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ old, new, want string }{
		"empty":                {good, "", "default.partitions is missing"},
		"no YAML":              {"partitions: 2", "partitions: [", "did not find expected"},
		"unknown field":        {"partitions: 2", "partition: 2", "line 3: field partition not found"},
		"partitions of one":    {"cost_maps: {}", "cost_maps: {partitions: 3}", "line 7: field partitions not found"},
		"no number":            {"partitions: 2", "partitions: many", "line 3: cannot unmarshal"},
		"twice":                {"cost_maps: {}", "cost_maps: {}\n  cost_maps: {}", `line 8: mapping key "cost_maps" already defined`},
		"two documents":        {"topics:", "---\ntopics:", "more than one YAML document"},
		"no partitions":        {"partitions: 2", "partitions: 0", "default.partitions is missing"},
		"no replication":       {"replication_factor: 1", "", "topic cost_maps: replication_factor (--replicas) is missing"},
		"unknown topic":        {"cost_maps", "cost-maps", "topics.cost-maps: altostream has no such topic"},
		"no topics":            {"\n  cost_maps: {}", "", "there are no topics"},
		"not compacted":        {"cleanup.policy: compact", "segment.ms: 1", `topic cost_maps: cleanup.policy is "", must be compact`},
		"own is not compacted": {"cost_maps: {}", "cost_maps: {config: {cleanup.policy: delete}}", `cleanup.policy is "delete"`},
		"nothing can be written": {
			"{cleanup.policy: compact}", "{cleanup.policy: compact, min.insync.replicas: 2}",
			"min.insync.replicas is 2 with a replication_factor of 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, test.old, test.new, 1)
			if _, err := parseTopics([]byte(text), 0); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q in\n%s", err, test.want, text)
			}
		})
	}
}

// TestReplicas reads the repository's file for a cluster of one broker, and of five.
func TestReplicas(t *testing.T) {
	for replicas, want := range map[int]string{1: "1", 5: "2"} {
		topics, err := readTopicsFile(repositoryFile, replicas)
		if err != nil {
			t.Fatal(err)
		}
		for _, topic := range topics {
			if got := topic.config["min.insync.replicas"]; topic.replicationFactor != replicas || got != want {
				t.Errorf("%d replicas: %s has %d, in sync %s, want %s", replicas, topic.name, topic.replicationFactor, got, want)
			}
		}
	}
	if _, err := readTopicsFile(repositoryFile, -1); err == nil {
		t.Error("-1 replicas are taken")
	}
}
