package altoctl

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/lab/broker"
)

// write writes a record, nil to withdraw it.
func write[T any](l lab, topic, key string, record *T) {
	l.Helper()
	registry, err := avro.Dial(l.config.Registry())
	if err != nil {
		l.Fatal(err)
	}
	schema, _ := schemas.Of(topic)
	serde, err := avro.NewSerde[T](registry, topic, schema)
	if err != nil {
		l.Fatal(err)
	}
	if err := serde.Register(); err != nil {
		l.Fatal(err)
	}
	var value []byte
	if record != nil {
		if value, err = serde.Encode(record); err != nil {
			l.Fatal(err)
		}
	}
	l.produce(topic, key, value)
}

func aNetworkMap(id string, pids ...string) *schemas.NetworkMap {
	m := &schemas.NetworkMap{Meta: &schemas.NetworkMapMeta{VTag: schemas.VersionTag{ResourceID: id, Tag: strings.Join(pids, "")}}, NetworkMap: alto.NetworkMap{}}
	for _, pid := range pids {
		m.NetworkMap[pid] = schemas.EndpointAddressGroup{IPv4: []string{"10.0.0.0/8"}}
	}
	return m
}

func aCostMap(metric string) *schemas.CostMap {
	m := costMap
	m.Meta = &schemas.CostMapMeta{DependentVTags: []schemas.VersionTag{vtag}, CostType: schemas.CostType{CostMode: "numerical", CostMetric: metric}}
	return &m
}

// call runs a command line, and returns what it prints.
func (l lab) call(args ...string) (out, errs string, err error) {
	var o, e strings.Builder
	err = Run(l.Context(), l.config, args, &o, &e)
	return o.String(), e.String(), err
}

// TestFailures says what is not there, on standard error and by its status, with --json too.
func TestFailures(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	fails := func(want string, args ...string) {
		t.Helper()
		for _, more := range [][]string{nil, {"--json"}} {
			out, _, err := l.call(append(args, more...)...)
			if err == nil || !strings.Contains(err.Error(), want) || out != "" {
				t.Errorf("%q %q: %v, want %s\n%s", args, more, err, want, out)
			}
		}
	}
	fails("network_maps holds nothing (yet)", "network-map")
	fails("cost_maps holds nothing (yet)", "cost-map")
	fails("raw-topology holds no speaker of topology net", "peers", "--topology", "net")
	write(l, schemas.NetworkMapsTopic, "networkmap-net", aNetworkMap("networkmap-net", "a"))
	write(l, schemas.CostMapsTopic, "costmap-net-routingcost", aCostMap("routingcost"))
	write(l, schemas.RawTopologyTopic, "net|bgp:192.0.2.1|peer", &schemas.RawTopology{Topology: "net", Kind: schemas.KindPeer, Peer: &schemas.Peer{State: schemas.PeerSynced}})
	fails("network_maps holds nothing of topology far; it holds networkmap-net", "network-map", "--topology", "far")
	fails("cost_maps holds nothing of metric hops; it holds costmap-net-routingcost", "cost-map", "--metric", "hops")
	fails("raw-topology holds nothing of topology far; it holds net", "topology", "--topology", "far")
	fails("raw-topology holds no speaker of topology far", "peers", "--topology", "far")

	l.produce(schemas.CostMapsTopic, "costmap-net-hopcount", []byte("no Avro"))
	if out, errs, err := l.call("cost-map"); err == nil || err.Error() != "1 record could not be read" || !strings.Contains(errs, `record "costmap-net-hopcount" left out`) || !strings.Contains(out, "costmap-net-routingcost") {
		t.Errorf("a bad record: %v\n%s%s", err, errs, out)
	}
	l.config.SchemaRegistryURL = "http://127.0.0.1:1"
	for _, name := range []string{"network-map", "cost-map", "topology", "peers"} {
		fails("schema registry unavailable: 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused", name)
	}
	l.config.KafkaBootstrapServers = "127.0.0.1:1"
	fails("kafka 127.0.0.1:1 (KAFKA_BOOTSTRAP_SERVERS)", "topics")
}

// TestJSON prints one document for each map, of the shape of RFC 7285, and one for other tables.
func TestJSON(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	network := aNetworkMap("networkmap-net", "a", "b")
	write(l, schemas.NetworkMapsTopic, "networkmap-net", network)
	for _, metric := range []string{"routingcost", "hopcount"} {
		write(l, schemas.CostMapsTopic, "costmap-net-"+metric, aCostMap(metric))
	}
	document := func(args ...string) (v any) {
		t.Helper()
		out, errs, err := l.call(append(args, "--json")...)
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, errs)
		}
		if err := json.Unmarshal([]byte(out), &v); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
		return v
	}
	same := func(want []byte, err error, args ...string) {
		t.Helper()
		var v any
		if err := json.Unmarshal(want, &v); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(v, document(args...)); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", args, err, diff)
		}
	}
	text, err := alto.NetworkMapJSON(*network)
	same(text, err, "network-map")
	text, err = alto.CostMapJSON(*aCostMap("routingcost"))
	same(text, err, "cost-map", "--metric", "routingcost")
	text, err = alto.CostMapJSON(*aCostMap("hopcount"))
	same(text, err, "cost-map", "--metric", "hopcount")
	for _, name := range []string{"compute", "endpoints", "topology", "peers"} {
		same([]byte("{}"), nil, name)
	}
	topics := document("topics").(map[string]any)
	if keys := topics["cost_maps"].(map[string]any)["keys"]; keys != 2.0 || len(topics) != len(schemas.Topics) {
		t.Errorf("topics: %v", topics)
	}
	write(l, schemas.NetworkMapsTopic, "networkmap-far", aNetworkMap("networkmap-far", "c"))
	for _, name := range []string{"network-map", "cost-map"} {
		out, _, err := l.call(name, "--json")
		if err != nil || strings.Count(out, "\n") != 2 {
			t.Errorf("%s: %v, want one document a line:\n%s", name, err, out)
		}
		for line := range strings.Lines(out) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
	same([]byte(`{"meta":{"vtag":{"resource-id":"networkmap-far","tag":"c"}},"network-map":{"c":{"ipv4":["10.0.0.0/8"]}}}`), nil, "network-map", "--topology", "far")
}

// watching runs a command with --watch, and returns its lines.
func (l lab) watching(errs io.Writer, args ...string) func() string {
	l.Helper()
	ctx, cancel := context.WithCancel(l.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, l.config, append(args, "--watch"), w, errs)
		w.Close()
	}()
	l.Cleanup(func() {
		cancel()
		r.Close()
		<-done
	})
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(r); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return func() string {
		l.Helper()
		line, ok := <-lines
		if !ok {
			l.Fatalf("%q has ended", args)
		}
		return line
	}
}

// TestWatchJSON prints one document a line, the first as all others.
func TestWatchJSON(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	const id, entity = "networkmap-net", "ipv4:192.0.2.1"
	write(l, schemas.NetworkMapsTopic, id, aNetworkMap(id, "a"))
	write(l, schemas.EndpointPropertiesTopic, entity, &schemas.EndpointProperties{Entity: entity})
	maps := l.watching(io.Discard, "network-map", "--json")
	endpoints := l.watching(io.Discard, "endpoints", "--json")
	is := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got\n%s, want\n%s", got, want)
		}
	}
	is(maps(), `{"meta":{"vtag":{"resource-id":"networkmap-net","tag":"a"}},"network-map":{"a":{"ipv4":["10.0.0.0/8"]}}}`)
	write(l, schemas.NetworkMapsTopic, id, aNetworkMap(id, "b"))
	is(maps(), `{"meta":{"vtag":{"resource-id":"networkmap-net","tag":"b"}},"network-map":{"b":{"ipv4":["10.0.0.0/8"]}}}`)
	write[schemas.NetworkMap](l, schemas.NetworkMapsTopic, id, nil)
	is(maps(), `{"meta":{"vtag":{"resource-id":"networkmap-net","tag":"b"}},"network-map":{}}`)
	is(endpoints(), `{"ipv4:192.0.2.1":{"classes":{},"entity":"ipv4:192.0.2.1","placed":false,"properties":{}}}`)
	write[schemas.EndpointProperties](l, schemas.EndpointPropertiesTopic, entity, nil)
	is(endpoints(), `{"ipv4:192.0.2.1":null}`)
}

// printed is what several goroutines write.
type printed struct {
	mu sync.Mutex
	b  strings.Builder
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.String()
}

// TestWatchBrokerAway says when the broker is away and when it is back, and goes on.
func TestWatchBrokerAway(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	config := broker.Config{KafkaListen: address, RegistryListen: "127.0.0.1:0", DataDir: t.TempDir()}
	b, err := broker.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	l := lab{t, clientsOf(b)}
	const id = "networkmap-net"
	write(l, schemas.NetworkMapsTopic, id, aNetworkMap(id, "a"))
	var errs printed
	lines := l.watching(&errs, "network-map")
	lines()
	b.Close()
	says := func(want string) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); !strings.Contains(errs.String(), want); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%q is not said:\n%s", want, errs.String())
			}
		}
	}
	says("kafka " + address + " has been away for ")
	if b, err = broker.Start(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	says("kafka " + address + " is back after ")
	l.config = clientsOf(b)
	write(l, schemas.NetworkMapsTopic, id, aNetworkMap(id, "b"))
	for line := lines(); !strings.HasSuffix(line, "b is new"); line = lines() {
	}
}

// freeAddress is a free port of an address that connections do not come from.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.77:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func (l lab) produce(topic, key string, value []byte) {
	l.Helper()
	p, err := kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": l.config.KafkaBootstrapServers, "enable.metrics.push": false})
	if err != nil {
		l.Fatal(err)
	}
	defer p.Close()
	delivered := make(chan kafka.Event, 1)
	message := &kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: 0}, Key: []byte(key), Value: value}
	if err := p.Produce(message, delivered); err != nil {
		l.Fatal(err)
	}
	if m := (<-delivered).(*kafka.Message); m.TopicPartition.Error != nil {
		l.Fatal(m.TopicPartition.Error)
	}
}
