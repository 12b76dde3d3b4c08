package e2e

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

// TestGarbageRecords writes records that are none to the topics between the programs:
// each is put aside and counted, maps stay as they are and go on changing.
func TestGarbageRecords(t *testing.T) {
	t.Parallel()
	c := newChain(t, 1)
	c.start()
	c.costsAre(routingID, allLinks)
	c.endpointIs("ipv4:192.168.24.10", r2, r4)
	c.quiet(t)
	before := c.content()
	good := map[string][]byte{}
	for _, topic := range schemas.Topics {
		good[topic] = c.log(topic)[0].raw
	}
	garbage := garbageOf(good[schemas.RawTopologyTopic])
	produce(t, c, schemas.RawTopologyTopic, "default|bgp:192.0.2.99|node|%d", garbage)
	produce(t, c, schemas.RawTopologyTopic, "%d", garbage)
	produce(t, c, schemas.NetworkMapsTopic, "networkmap-other-%d", garbageOf(good[schemas.NetworkMapsTopic]))
	produce(t, c, schemas.ComputeResourcesTopic, "other|compute%d", garbageOf(good[schemas.ComputeResourcesTopic]))

	want := map[string]float64{"map-builder": float64(2 * len(garbage)), "cost-builder": float64(3 * len(garbage)), "correlator": float64(2 * len(garbage))}
	for name, n := range want {
		await(t, func() error {
			if bad := c.processes[name].counter("altostream_records_bad_total"); bad != n {
				return fmt.Errorf("records_bad of %s is %v, want %v", name, bad, n)
			}
			return nil
		})
		c.processes[name].line(`level=WARN msg="record put aside" .*topic=\S+ .*offset=\d+ .*error=`)
	}
	if err := c.network.SetMetric("R2", "R1", 15); err != nil {
		t.Fatal(err)
	}
	c.costsAre(routingID, costsAfterScenario)
	c.unchanged(before)

	c.start(c.terminateAll()...)
	if err := errors.Join(c.network.SetMetric("R2", "R1", 10), c.network.FailLink("R2", "R3")); err != nil {
		t.Fatal(err)
	}
	c.costsAre(routingID, withoutR2R3)
	c.unchanged(before)
	checkEveryMap(t, c.topics)
}

// unchanged waits until network maps and endpoints are as before: while programs start, maps are
// stale for a moment.
func (c *chain) unchanged(before content) {
	c.t.Helper()
	await(c.t, func() error {
		now := c.content()
		var errs []error
		for _, topic := range []string{schemas.NetworkMapsTopic, schemas.EndpointPropertiesTopic} {
			for key, v := range before[topic] {
				errs = append(errs, differ(topic+" "+key, v, now[topic][key]))
			}
		}
		if n := len(now[schemas.CostMapsTopic]); n != 2 {
			errs = append(errs, fmt.Errorf("there are %d cost maps, want 2", n))
		}
		if n := len(endpoints(now)); n != 3 {
			errs = append(errs, fmt.Errorf("there are %d endpoints, want 3", n))
		}
		return errors.Join(errs...)
	})
}

// terminateAll ends all programs and returns their names.
func (c *chain) terminateAll() []string {
	c.t.Helper()
	for _, name := range chainOrder {
		if status := c.processes[name].terminate(); status != 0 {
			c.t.Errorf("%s ended with status %d, want 0", name, status)
		}
	}
	return chainOrder
}

// garbageOf returns what is no value, beginning with what is least like one.
func garbageOf(value []byte) [][]byte {
	random := rand.New(rand.NewPCG(8, 9))
	noise := make([]byte, 500)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	noise[0] = 1
	unknownSchema := append([]byte{0, 0x7f, 0, 0, 1}, value[5:]...)
	hugeBlock := append(append([]byte(nil), value[:5]...), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)
	return [][]byte{
		{}, {0}, []byte("{}"), noise, value[:5], value[:len(value)/2], value[:len(value)-1],
		append(append([]byte(nil), value...), 0), unknownSchema, hugeBlock,
	}
}

// wrongHeaders are no time, no trace context, and inputs that will never come.
var wrongHeaders = []kafka.Header{
	{Key: "observed-at", Value: []byte("yesterday")}, {Key: "traceparent", Value: []byte("00-zz")},
	{Key: "inputs", Value: []byte("raw-topology/0=9999999999,network_maps/0=9999999999,/=1,=,x")},
}

// produce writes values to partition 0 of a topic, under the keys of a pattern.
func produce(t *testing.T, c *chain, topic, key string, values [][]byte) {
	t.Helper()
	var messages []*kafka.Message
	for i, v := range values {
		messages = append(messages, &kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: 0},
			Key:            fmt.Appendf(nil, key, i), Value: v, Headers: wrongHeaders,
		})
	}
	deliver(t, c.clients, messages...)
}

// deliver writes records to Kafka.
func deliver(t *testing.T, clients service.Config, messages ...*kafka.Message) {
	t.Helper()
	producer, err := kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": clients.KafkaBootstrapServers, "log_level": 0})
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	delivered := make(chan kafka.Event, len(messages))
	for _, m := range messages {
		if err := producer.Produce(m, delivered); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range messages {
		select {
		case e := <-delivered:
			if m, ok := e.(*kafka.Message); ok && m.TopicPartition.Error != nil {
				t.Fatal(m.TopicPartition.Error)
			}
		case <-ctx.Done():
			t.Fatal("records are not delivered")
		}
	}
}
