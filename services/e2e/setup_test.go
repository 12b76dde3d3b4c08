package e2e

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

// topicsFile is the repository's file of topics.
const topicsFile = "../../deploy/topics.yaml"

// Exit statuses of altoctl.
const (
	done    = 0
	failed  = 1
	differs = 3
)

// altoctl runs the program and checks its exit status and that it prints all of want.
func altoctl(t *testing.T, clients service.Config, status int, args []string, want ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, "altoctl"), args...)
	cmd.Env = common(clients)
	if len(clients.KafkaProperties) > 0 {
		cmd.Env = append(cmd.Env, properties(clients))
	}
	output, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != status {
		t.Fatalf("altoctl %q ends with status %d, want %d:\n%s", args, got, status, output)
	}
	for _, text := range want {
		if !strings.Contains(string(output), text) {
			t.Fatalf("altoctl %q does not print %q:\n%s", args, text, output)
		}
	}
}

// topicsArgs are the arguments of altoctl for a cluster of one broker.
func topicsArgs(verb, file string, more ...string) []string {
	return append([]string{"topics", verb, "-f", file, "--replicas", "1"}, more...)
}

const asTheFile = "The topics are as the file says."

// TestTopicsApply takes a cluster from topics with other settings to those of the
// repository's file, and through what is refused.
func TestTopicsApply(t *testing.T) {
	t.Parallel()
	clients := startBroker(t, 1)
	leaveMarker(t, clients, schemas.CostMapsTopic)
	want := []string{"~ cost_maps: partitions 1 → 12 (it is empty", "~ raw-topology: segment.ms 604800000 → 3600000\n"}
	altoctl(t, clients, differs, topicsArgs("plan", topicsFile), want...)
	altoctl(t, clients, differs, topicsArgs("plan", topicsFile), want...) // a plan changes nothing
	altoctl(t, clients, done, topicsArgs("apply", topicsFile), append(want, "Done.")...)
	altoctl(t, clients, done, topicsArgs("plan", topicsFile), asTheFile)
	altoctl(t, clients, done, topicsArgs("apply", topicsFile), asTheFile)
	altoctl(t, clients, differs, []string{"topics", "plan", "-f", topicsFile}, "! cost_maps: replication factor 1 → 3: not made here")

	setTopic(t, clients, schemas.CostMapsTopic, "cleanup.policy", "delete")
	altoctl(t, clients, done, topicsArgs("apply", topicsFile), "~ cost_maps: cleanup.policy delete → compact\nDone.")
	altoctl(t, clients, done, topicsArgs("plan", topicsFile), asTheFile)

	putRecord(t, newProducer(t, clients, kafka.ConfigMap{}), schemas.CostMapsTopic)
	text, err := os.ReadFile(topicsFile)
	if err != nil {
		t.Fatal(err)
	}
	more := filepath.Join(t.TempDir(), "topics.yaml")
	if err := os.WriteFile(more, []byte(strings.Replace(string(text), "partitions: 12", "partitions: 13", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	altoctl(t, clients, failed, topicsArgs("apply", more), "! cost_maps: partitions 12 → 13: it holds records", "nothing is changed")
	altoctl(t, clients, done, topicsArgs("plan", topicsFile), asTheFile)
	altoctl(t, clients, done, topicsArgs("apply", more, "--delete", schemas.CostMapsTopic),
		"- delete cost_maps with all its records", "+ create cost_maps: 13 partitions", "~ raw-topology: partitions 12 → 13", "Done.")
	altoctl(t, clients, done, topicsArgs("plan", more), asTheFile)
}

// leaveMarker has a topic deleted and created anew while a transaction on it is open. When
// that ends, the brokers write its marker to the topic that is there now.
func leaveMarker(t *testing.T, clients service.Config, topic string) {
	t.Helper()
	opened := transactional(t, clients)
	if err := opened.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	putRecord(t, opened, topic)
	err := withAdmin(clients, func(ctx context.Context, admin *kafka.AdminClient) error {
		results, err := admin.DeleteTopics(ctx, []string{topic}, kafka.SetAdminOperationTimeout(patience))
		return errors.Join(err, topicErrors(results))
	})
	if err := errors.Join(err, createTopics(clients, 1, 1, topic)); err != nil {
		t.Fatal(err)
	}
	transactional(t, clients) // ends the transaction of the one before
}

func transactional(t *testing.T, clients service.Config) *kafka.Producer {
	t.Helper()
	p := newProducer(t, clients, kafka.ConfigMap{"transactional.id": "killed"})
	if err := p.InitTransactions(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestUnfitTopics starts a builder on topics that it cannot work with: it says what is
// wrong, and works when that is mended.
func TestUnfitTopics(t *testing.T) {
	t.Parallel()
	clients := startBroker(t, 1)
	setTopic(t, clients, schemas.RawTopologyTopic, "cleanup.policy", "delete")
	setTopic(t, clients, schemas.NetworkMapsTopic, "max.message.bytes", "1000")
	err := withAdmin(clients, func(ctx context.Context, admin *kafka.AdminClient) error {
		results, err := admin.CreatePartitions(ctx, []kafka.PartitionsSpecification{{Topic: schemas.NetworkMapsTopic, IncreaseTo: 2}})
		return errors.Join(err, topicErrors(results))
	})
	if err != nil {
		t.Fatal(err)
	}
	p := launch(t, "map-builder", common(clients)...)
	for _, wrong := range []string{
		`topic raw-topology: cleanup\.policy is \\"delete\\", must be \\"compact\\"`,
		`topic raw-topology: it has 1 partitions, must have as many as network_maps, 2`,
		`topic network_maps: max\.message\.bytes is 1000, must be at least .* 1000000`,
	} {
		p.line(`level=ERROR msg="cannot start yet; trying again" .*` + wrong + `.*mend it: altoctl topics apply`)
	}
	wantNotReady(t, p)
	altoctl(t, clients, done, topicsArgs("apply", topicsFile))
	p.awaitReady()
}

// TestSchemasOfRegistry has a registry that enforces compatibility refuse what does not
// keep to it, and looks at what a service says of that and of a schema from elsewhere.
func TestSchemasOfRegistry(t *testing.T) {
	t.Parallel()
	if !onKafka() {
		t.Skip("the embedded registry enforces nothing: make kafka, and set " + kafkaVariable)
	}
	clients := startBroker(t, 1)
	own := ownRegistry(t)
	clients.SchemaRegistryURL = own.URL()
	registry, err := avro.Dial(own.URL(), nil, "")
	if err != nil {
		t.Fatal(err)
	}

	t.Run("refused", func(t *testing.T) { refusedSchema(t, clients, registry) })
	t.Run("from elsewhere", func(t *testing.T) { foreignSchema(t, clients, registry) })
	t.Run("apply", func(t *testing.T) { applySchemas(t, clients, registry) })
}

// with adds a field to the schema of a topic.
func with(t *testing.T, topic, field string) string {
	t.Helper()
	text, _ := schemas.Of(topic)
	i := strings.Index(text, `"fields": [`)
	if i < 0 {
		t.Fatalf("the schema of %s has no fields", topic)
	}
	i += len(`"fields": [`)
	return text[:i] + field + ", " + text[i:]
}

// A field without a default: a reader that has it cannot read what was written without.
const breaking = `{"name": "mood", "type": "string"}`

// refusedSchema starts a service whose schema does not go with the one that is there.
func refusedSchema(t *testing.T, clients service.Config, registry *avro.Client) {
	subject := avro.SubjectOf(schemas.NetworkMapsTopic)
	if _, err := registry.Register(subject, with(t, schemas.NetworkMapsTopic, breaking)); err != nil {
		t.Fatal(err)
	}
	if err := registry.SetFullTransitive(subject); err != nil {
		t.Fatal(err)
	}
	p := launch(t, "map-builder", common(clients)...)
	t.Log(p.line(`level=ERROR .*SCHEMA_REGISTRY_URL.*register schema of network_maps-value: the registry refuses it as incompatible \(level FULL_TRANSITIVE\): .*altoctl schemas`)[0])
	wantNotReady(t, p)
	altoctl(t, clients, done, []string{"schemas"}, "not registered")
	altoctl(t, clients, failed, []string{"schemas", "apply"}, "network_maps-value: the registry refuses it as incompatible")

	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, clients.SchemaRegistryURL+"/subjects/"+subject, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(err, response)
	}
	response.Body.Close()
	p.awaitReady()
}

// foreignSchema starts a service that finds a later schema under its subject, which no
// release has. It also finds that the service leaves the level as it is.
func foreignSchema(t *testing.T, clients service.Config, registry *avro.Client) {
	subject := avro.SubjectOf(schemas.EndpointPropertiesTopic)
	before, err := registry.Level(subject)
	if err != nil || before == avro.FullTransitive {
		t.Fatalf("level of a subject that is not there: %s, %v", before, err)
	}
	launch(t, "correlator", common(clients)...).awaitReady()
	if level, err := registry.Level(subject); err != nil || level != before {
		t.Errorf("level after the start of the service: %s, %v, want %s", level, err, before)
	}
	if _, err := registry.Register(subject, with(t, schemas.EndpointPropertiesTopic, breaking)); err != nil {
		t.Fatal(err)
	}
	p := launch(t, "correlator", common(clients)...)
	p.line(`level=WARN msg="the registry's latest schema is not of this release or an earlier one.*topic=endpoint-properties latest_version=2 own_version=1`)
	p.awaitReady()
}

// applySchemas registers the schemas, after which no change is taken that breaks a reader.
func applySchemas(t *testing.T, clients service.Config, registry *avro.Client) {
	altoctl(t, clients, done, []string{"schemas", "apply"},
		"~ cost_maps-value: level ", "+ cost_maps-value: register this program's schema as version 1", "Done.")
	altoctl(t, clients, done, []string{"schemas", "apply"}, "The registry has the schemas and the level.")
	altoctl(t, clients, done, []string{"schemas"}, "FULL_TRANSITIVE", "version 1, the latest", "version 1, not the latest")
	for _, topic := range schemas.Topics {
		subject := avro.SubjectOf(topic)
		if level, err := registry.Level(subject); err != nil || level != avro.FullTransitive {
			t.Errorf("level of %s: %s, %v", subject, level, err)
		}
		_, err := registry.Register(subject, with(t, topic, `{"name": "cheer", "type": "string"}`))
		if err == nil || errors.Is(err, avro.ErrUnavailable) || !strings.Contains(err.Error(), subject+": the registry refuses it as incompatible (level FULL_TRANSITIVE)") {
			t.Errorf("a breaking change of %s: %v", topic, err)
		}
	}
	subject := avro.SubjectOf(schemas.CostMapsTopic)
	if _, err := registry.Register(subject, with(t, schemas.CostMapsTopic, `{"name": "cheer", "type": ["null", "string"], "default": null}`)); err != nil {
		t.Errorf("a change that breaks nothing: %v", err)
	}
}

// setTopic alters a setting of a topic, and waits until the brokers say so.
func setTopic(t *testing.T, clients service.Config, topic, key, value string) {
	t.Helper()
	resource := kafka.ConfigResource{
		Type: kafka.ResourceTopic, Name: topic,
		Config: []kafka.ConfigEntry{{Name: key, Value: value, IncrementalOperation: kafka.AlterConfigOpTypeSet}},
	}
	err := withAdmin(clients, func(ctx context.Context, admin *kafka.AdminClient) error {
		if _, err := admin.IncrementalAlterConfigs(ctx, []kafka.ConfigResource{resource}); err != nil {
			return err
		}
		for {
			described, err := admin.DescribeConfigs(ctx, []kafka.ConfigResource{resource})
			if err != nil || slices.ContainsFunc(described, func(r kafka.ConfigResourceResult) bool { return r.Config[key].Value == value }) {
				return err
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// putRecord writes a record to a topic.
func putRecord(t *testing.T, p *kafka.Producer, topic string) {
	t.Helper()
	delivered := make(chan kafka.Event, 1)
	m := &kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: 0}, Key: []byte("k")}
	if err := p.Produce(m, delivered); err != nil {
		t.Fatal(err)
	}
	if m := (<-delivered).(*kafka.Message); m.TopicPartition.Error != nil {
		t.Fatal(m.TopicPartition.Error)
	}
}

func newProducer(t *testing.T, clients service.Config, properties kafka.ConfigMap) *kafka.Producer {
	t.Helper()
	properties["bootstrap.servers"], properties["enable.metrics.push"] = clients.KafkaBootstrapServers, false
	p, err := kafka.NewProducer(&properties)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}
