package e2e

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/e2e/cluster"
	"github.com/altostream/altostream/services/lab/broker"
)

// kafkaVariable, if set, has the tests run on Apache Kafka and a registry that enforces
// compatibility, instead of the embedded ones.
const kafkaVariable = "E2E_KAFKA"

func onKafka() bool { return os.Getenv(kafkaVariable) != "" }

// servers are the Kafka broker and the registry of a test.
type servers struct {
	clients service.Config
	stop    func() // ends the broker, and the embedded registry
	resume  func() // starts them again, with their data at their addresses
}

// startBroker starts broker and registry for a test and returns the configuration of
// their clients.
func startBroker(t testing.TB, partitions int) service.Config {
	t.Helper()
	return startServers(t, partitions).clients
}

// startServers starts broker and registry for a test, with the five topics.
func startServers(t testing.TB, partitions int) *servers {
	t.Helper()
	if onKafka() {
		return takeKafka(t, partitions)
	}
	return startEmbedded(t, broker.Config{
		KafkaListen: freeAddress(t), RegistryListen: freeAddress(t), DataDir: t.TempDir(), Partitions: partitions,
	})
}

func startEmbedded(t testing.TB, config broker.Config) *servers {
	t.Helper()
	var b *broker.Broker
	s := &servers{stop: func() { b.Close() }}
	s.resume = func() {
		t.Helper()
		started, err := broker.Start(config)
		if err != nil {
			t.Fatal(err)
		}
		b = started
	}
	s.resume()
	t.Cleanup(s.stop)
	s.clients = service.Config{KafkaBootstrapServers: b.KafkaAddress(), SchemaRegistryURL: b.RegistryURL()}
	return s
}

// kafkas are the Apache Kafka clusters of one broker, each used by one test at a time, and
// the registry that all tests share.
var kafkas struct {
	mu       sync.Mutex
	dir      string
	free     []*cluster.Cluster
	all      []*cluster.Cluster
	registry *cluster.Registry
}

// takeKafka returns a cluster that has the five topics, empty, and nothing else.
func takeKafka(t testing.TB, partitions int) *servers {
	t.Helper()
	c, registry, err := freeKafka(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s := &servers{
		clients: service.Config{KafkaBootstrapServers: c.Bootstrap(), SchemaRegistryURL: registry.URL()},
		stop:    c.Stop,
		resume: func() {
			t.Helper()
			if err := c.Resume(context.Background()); err != nil {
				t.Fatal(err)
			}
		},
	}
	t.Cleanup(func() {
		go func() { // another test need not wait for it
			if emptyKafka(s.clients) == nil {
				kafkas.mu.Lock()
				defer kafkas.mu.Unlock()
				kafkas.free = append(kafkas.free, c)
			}
		}()
	})
	if err := createTopics(s.clients, partitions, 1, schemas.Topics...); err != nil {
		t.Fatal(err)
	}
	return s
}

func freeKafka(ctx context.Context) (*cluster.Cluster, *cluster.Registry, error) {
	registry, err := sharedRegistry(ctx)
	if err != nil {
		return nil, nil, err
	}
	kafkas.mu.Lock()
	defer kafkas.mu.Unlock()
	if n := len(kafkas.free); n > 0 {
		c := kafkas.free[n-1]
		kafkas.free = kafkas.free[:n-1]
		return c, registry, nil
	}
	c, err := cluster.Start(ctx, cluster.Config{Dir: filepath.Join(kafkas.dir, fmt.Sprint(len(kafkas.all)))})
	if err != nil {
		return nil, nil, err
	}
	kafkas.all = append(kafkas.all, c)
	return c, registry, nil
}

// sharedRegistry returns the registry that all tests share, and starts it if it does not run.
func sharedRegistry(ctx context.Context) (*cluster.Registry, error) {
	kafkas.mu.Lock()
	defer kafkas.mu.Unlock()
	if kafkas.registry != nil {
		return kafkas.registry, nil
	}
	dir, err := os.MkdirTemp("", "altostream-kafka-")
	if err != nil {
		return nil, err
	}
	registry, err := cluster.StartRegistry(ctx, dir)
	if err != nil {
		return nil, err
	}
	kafkas.dir, kafkas.registry = dir, registry
	return registry, nil
}

// ownRegistry starts a registry for one test alone.
func ownRegistry(t *testing.T) *cluster.Registry {
	t.Helper()
	registry, err := cluster.StartRegistry(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(registry.Close)
	return registry
}

// closeKafkas ends all clusters and the registry.
func closeKafkas() {
	kafkas.mu.Lock()
	defer kafkas.mu.Unlock()
	for _, c := range kafkas.all {
		c.Close()
	}
	if kafkas.registry != nil {
		kafkas.registry.Close()
		os.RemoveAll(kafkas.dir)
	}
}

// withAdmin calls f with an admin client.
func withAdmin(clients service.Config, f func(context.Context, *kafka.AdminClient) error) error {
	properties := kafka.ConfigMap{"bootstrap.servers": clients.KafkaBootstrapServers}
	for key, value := range clients.KafkaProperties {
		properties[key] = value
	}
	admin, err := kafka.NewAdminClient(&properties)
	if err != nil {
		return err
	}
	defer admin.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return f(ctx, admin)
}

// createTopics creates topics as tables.
func createTopics(clients service.Config, partitions, replicas int, names ...string) error {
	var topics []kafka.TopicSpecification
	for _, topic := range names {
		topics = append(topics, kafka.TopicSpecification{
			Topic: topic, NumPartitions: partitions, ReplicationFactor: replicas, Config: map[string]string{"cleanup.policy": "compact"},
		})
	}
	return withAdmin(clients, func(ctx context.Context, admin *kafka.AdminClient) error {
		results, err := admin.CreateTopics(ctx, topics, kafka.SetAdminOperationTimeout(patience))
		if err != nil {
			return err
		}
		return topicErrors(results)
	})
}

func topicErrors(results []kafka.TopicResult) error {
	var errs []error
	for _, r := range results {
		if r.Error.Code() != kafka.ErrNoError {
			errs = append(errs, fmt.Errorf("topic %s: %w", r.Topic, r.Error))
		}
	}
	return errors.Join(errs...)
}

// emptyKafka deletes the groups, when those of processes that were killed have timed out,
// and the topics.
func emptyKafka(clients service.Config) error {
	return withAdmin(clients, func(ctx context.Context, admin *kafka.AdminClient) error {
		for {
			err := deleteGroups(ctx, admin)
			if err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return err
			case <-time.After(200 * time.Millisecond):
			}
		}
		listed, err := admin.GetMetadata(nil, true, int(patience.Milliseconds()))
		if err != nil {
			return err
		}
		topics := slices.DeleteFunc(slices.Collect(maps.Keys(listed.Topics)), func(topic string) bool { return strings.HasPrefix(topic, "__") })
		results, err := admin.DeleteTopics(ctx, topics, kafka.SetAdminOperationTimeout(patience))
		if err != nil {
			return err
		}
		return topicErrors(results)
	})
}

func deleteGroups(ctx context.Context, admin *kafka.AdminClient) error {
	listed, err := admin.ListConsumerGroups(ctx)
	if err != nil {
		return err
	}
	var groups []string
	for _, g := range listed.Valid {
		groups = append(groups, g.GroupID)
	}
	if len(groups) == 0 {
		return nil
	}
	deleted, err := admin.DeleteConsumerGroups(ctx, groups)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range deleted.ConsumerGroupResults {
		if r.Error.Code() != kafka.ErrNoError && r.Error.Code() != kafka.ErrGroupIDNotFound {
			errs = append(errs, r.Error)
		}
	}
	return errors.Join(errs...)
}
