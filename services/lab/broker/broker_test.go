package broker

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

func TestTopicsAreCompacted(t *testing.T) {
	b, err := Start(Config{KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0", Partitions: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	admin, err := kafka.NewAdminClient(&kafka.ConfigMap{"bootstrap.servers": b.KafkaAddress()})
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	metadata, err := admin.GetMetadata(nil, true, 5000)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s:%d", metadata.Brokers[0].Host, metadata.Brokers[0].Port); got != b.KafkaAddress() {
		t.Errorf("clients are told to connect to %s, not %s", got, b.KafkaAddress())
	}
	for _, topic := range schemas.Topics {
		if got := len(metadata.Topics[topic].Partitions); got != 3 {
			t.Errorf("topic %s has %d partitions, not 3", topic, got)
		}
		results, err := admin.DescribeConfigs(t.Context(), []kafka.ConfigResource{{Type: kafka.ResourceTopic, Name: topic}})
		if err != nil {
			t.Fatal(err)
		}
		if got := results[0].Config["cleanup.policy"].Value; got != "compact" {
			t.Errorf("topic %s: cleanup.policy=%s", topic, got)
		}
	}
}

func TestAddressInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	for variable, config := range map[string]Config{
		"LAB_KAFKA_LISTEN":    {KafkaListen: address, RegistryListen: "127.0.0.1:0"},
		"LAB_REGISTRY_LISTEN": {KafkaListen: "127.0.0.1:0", RegistryListen: address},
	} {
		_, err := Start(config)
		var ce *service.ConfigError
		if !errors.As(err, &ce) || ce.Variable != variable || ce.Value != address {
			t.Errorf("%s: %v", variable, err)
		}
	}
}

func TestDataFolderInUse(t *testing.T) {
	dir := t.TempDir()
	first := startBroker(t, dir)
	_, err := Start(Config{KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0", DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), dir+" is in use by another lab") {
		t.Fatalf("second lab on one folder: %v", err)
	}
	first.Close()
	startBroker(t, dir)
}

func TestConsumeIsQuick(t *testing.T) {
	b := startBroker(t, "")
	producer := newProducer(t, b.KafkaAddress())
	produce(t, producer, topic, "warm", []byte("up"))
	consumer := consume(t, b.KafkaAddress(), topic)
	var took []time.Duration
	for i := -1; i < 50; { // the first record is the warm one
		e, ok := consumer.Poll(5000).(*kafka.Message)
		if !ok {
			continue
		}
		if i >= 0 {
			took = append(took, time.Since(e.Timestamp))
		}
		i++
		value := fmt.Appendf(nil, "%d", i)
		time.Sleep(5 * time.Millisecond) // the fetch waits at the broker again
		produce(t, producer, topic, "k", value)
	}
	slices.Sort(took)
	t.Logf("produce to consume: p50 %v, max %v (to the millisecond)", took[len(took)/2], took[len(took)-1])
	if took[len(took)/2] > 50*time.Millisecond {
		t.Errorf("p50 is %v: a waiting fetch is not woken", took[len(took)/2])
	}
}

func TestGroupJoinIsQuick(t *testing.T) {
	b := startBroker(t, "")
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": b.KafkaAddress(), "group.id": "g", "auto.offset.reset": "earliest",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	start := time.Now()
	if err := consumer.SubscribeTopics([]string{topic}, nil); err != nil {
		t.Fatal(err)
	}
	for time.Since(start) < 10*time.Second {
		consumer.Poll(1)
		if assigned, err := consumer.Assignment(); err == nil && len(assigned) > 0 {
			t.Logf("assigned after %v", time.Since(start))
			return
		}
	}
	t.Fatal("no assignment in 10 s")
}

func TestCompactionKeepsTheTable(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		b := startBroker(t, dir)
		producer := newProducer(t, b.KafkaAddress(), "compression.type", "lz4")
		for i := range 20 {
			produce(t, producer, topic, "a", fmt.Appendf(nil, "%d", i))
			produce(t, producer, topic, "b", fmt.Appendf(nil, "%d", i))
		}
		produce(t, producer, topic, "b", nil)
		produce(t, producer, topic, "c", []byte{})
		produce(t, producer, topic, "a", []byte("last"))
		produce(t, producer, topic, "end", []byte("active")) // the newest batch is never compacted
		c := compactor{cluster: b.cluster}
		if dir != "" {
			c.dir = dir + "/kafka"
		}
		for range 3 {
			if err := c.compact(); err != nil {
				t.Fatal(err)
			}
		}
		want := []string{"b-", "c=", "a=last", "end=active"}
		if diff := cmp.Diff(want, readAll(t, b.KafkaAddress(), topic)); diff != "" {
			t.Errorf("data folder %q: (-want +got)\n%s", dir, diff)
		}
		produce(t, producer, topic, "a", []byte("later"))
		if got := readAll(t, b.KafkaAddress(), topic); len(got) != 5 || got[4] != "a=later" {
			t.Errorf("data folder %q: after another record: %v", dir, got)
		}
	}
}

// TestCompactionByVolume has much come before the interval is over: the logs are compacted before they are so long
// that clients lose their sessions meanwhile.
func TestCompactionByVolume(t *testing.T) {
	b := startBroker(t, t.TempDir())
	producer := newProducer(t, b.KafkaAddress())
	value := make([]byte, 900<<10)
	records := compactionOctets/len(value) + 1
	for range records {
		produce(t, producer, topic, "k", value)
	}
	for deadline := time.Now().Add(compactionInterval / 2); len(readAll(t, b.KafkaAddress(), topic)) == records; {
		if time.Now().After(deadline) {
			t.Fatalf("%d records of one key are still there", records)
		}
		time.Sleep(compactionCheck)
	}
}
