package stream_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// createTopic creates a compacted topic that takes batches of so many bytes.
func (b *bench) createTopic(t *testing.T, topic, maxMessageBytes string) {
	t.Helper()
	err := b.cluster.CreateTopic(topic, b.partitions, map[string]string{"cleanup.policy": "compact", "max.message.bytes": maxMessageBytes})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) alterTopic(t *testing.T, topic, key, value string) {
	t.Helper()
	b.withAdmin(t, func(admin *kafka.AdminClient) {
		results, err := admin.IncrementalAlterConfigs(t.Context(), []kafka.ConfigResource{{
			Type: kafka.ResourceTopic, Name: topic,
			Config: []kafka.ConfigEntry{{Name: key, Value: value, IncrementalOperation: kafka.AlterConfigOpTypeSet}},
		}})
		if err != nil || results[0].Error.Code() != kafka.ErrNoError {
			t.Fatal(err, results)
		}
	})
}

func (b *bench) withAdmin(t *testing.T, f func(*kafka.AdminClient)) {
	t.Helper()
	admin, err := stream.NewAdmin(b.config)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	f(admin)
}

// logged is a runtime that keeps its log.
type logged struct {
	*service.Runtime
	mu   sync.Mutex
	text bytes.Buffer
}

func newLogged(t *testing.T) *logged {
	l := &logged{Runtime: newRuntime(t)}
	l.Log = slog.New(slog.NewTextHandler(l, nil))
	return l
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), text)
}

// start runs the toy processor to the end of the test.
func (b *bench) start(t *testing.T) *logged {
	t.Helper()
	l := newLogged(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = stream.Run(ctx, b.spec(), b.config, l.Runtime)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return l
}

// TestRunWaitsForTopics names a wrong setting once, and goes on when it is mended.
func TestRunWaitsForTopics(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.createTopic(t, "in", "1048588")
	b.createTopic(t, "out", "1048588")
	b.alterTopic(t, "in", "cleanup.policy", "delete")
	l := b.start(t)
	const line = `topic in: cleanup.policy is \"delete\", must be \"compact\"`
	await(t, "the setting is named", func() bool { return l.count(line) > 0 })
	time.Sleep(2500 * time.Millisecond) // it is looked at again
	if n := l.count(line); n != 1 || l.IsReady() {
		t.Errorf("the setting is named %d times, want once; ready: %v", n, l.IsReady())
	}
	b.alterTopic(t, "in", "cleanup.policy", "compact")
	await(t, "caught up", l.IsReady)
}

// TestRunCreatesTopics gives a topic that does not exist as many partitions as its
// neighbour has.
func TestRunCreatesTopics(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	if err := b.cluster.CreateTopic("in", 3, map[string]string{"cleanup.policy": "compact"}); err != nil {
		t.Fatal(err)
	}
	await(t, "caught up", b.start(t).IsReady)
	b.withAdmin(t, func(admin *kafka.AdminClient) {
		topics, err := stream.DescribeTopics(t.Context(), admin, []string{"out", "other"})
		if err != nil {
			t.Fatal(err)
		}
		out := topics["out"]
		if len(topics) != 1 || out.Partitions != 3 || out.Replicas != 1 || out.Config["cleanup.policy"] != "compact" {
			t.Errorf("topics are %+v", topics)
		}
	})
}

// TestRunMayNotCreate names a topic that does not exist and that the processor may not
// create, and goes on when it exists.
func TestRunMayNotCreate(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	l := b.start(t)
	await(t, "the topic is named", func() bool {
		return l.count("topic out does not exist, and this principal may not create it; run as one that may: altoctl topics apply") == 1
	})
	b.createTopic(t, "in", "1048588")
	b.createTopic(t, "out", "1048588")
	await(t, "caught up", l.IsReady)
}

// TestRunMayNotReadSettings goes on without them, and says so once.
func TestRunMayNotReadSettings(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeConfigs}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	l := b.start(t)
	await(t, "caught up", l.IsReady)
	if n := l.count(`the settings of topics are not checked`); n != 1 || l.count(`topics="[out in]"`) != 1 {
		t.Errorf("it is said %d times, want 1:\n%s", n, &l.text)
	}
}
