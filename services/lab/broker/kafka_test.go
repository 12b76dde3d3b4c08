package broker

import (
	"fmt"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

const topic = "network_maps"

func startBroker(t *testing.T, dir string) *Broker {
	t.Helper()
	b, err := Start(Config{KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0", DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func newProducer(t *testing.T, address string, settings ...string) *kafka.Producer {
	t.Helper()
	config := kafka.ConfigMap{"bootstrap.servers": address, "acks": "all", "enable.idempotence": true, "linger.ms": 0}
	for i := 0; i < len(settings); i += 2 {
		config[settings[i]] = settings[i+1]
	}
	producer, err := kafka.NewProducer(&config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(producer.Close)
	return producer
}

// produce writes one record and waits for its acknowledgement; a nil value is a
// tombstone.
func produce(t *testing.T, p *kafka.Producer, topic, key string, value []byte) {
	t.Helper()
	acks := make(chan kafka.Event, 1)
	err := p.Produce(&kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: 0},
		Key:            []byte(key), Value: value,
	}, acks)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case e := <-acks:
		if err := e.(*kafka.Message).TopicPartition.Error; err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("record not acknowledged in 10 s")
	}
}

// consume returns a consumer that reads a topic from its beginning.
func consume(t *testing.T, address, topic string) *kafka.Consumer {
	t.Helper()
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": address, "group.id": "reader-" + t.Name(), "enable.partition.eof": true,
		"auto.offset.reset": "earliest", "enable.auto.commit": false, "fetch.wait.max.ms": 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { consumer.Close() })
	if err := consumer.Assign([]kafka.TopicPartition{{Topic: &topic, Partition: 0, Offset: kafka.OffsetBeginning}}); err != nil {
		t.Fatal(err)
	}
	return consumer
}

// readAll reads a topic to its end: each record as key=value, a tombstone as key-.
func readAll(t *testing.T, address, topic string) (records []string) {
	t.Helper()
	consumer := consume(t, address, topic)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		switch e := consumer.Poll(100).(type) {
		case *kafka.Message:
			if e.Value == nil {
				records = append(records, string(e.Key)+"-")
			} else {
				records = append(records, fmt.Sprintf("%s=%s", e.Key, e.Value))
			}
		case kafka.PartitionEOF:
			return records
		case kafka.Error:
			t.Logf("consumer: %v", e)
		}
	}
	t.Fatal("end of the partition not reached in 10 s")
	return nil
}
