package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
	bgpingest "github.com/altostream/altostream/services/bgp-ingest"
	computeingest "github.com/altostream/altostream/services/compute-ingest"
	"github.com/altostream/altostream/services/correlator"
	costbuilder "github.com/altostream/altostream/services/cost-builder"
	"github.com/altostream/altostream/services/lab/broker"
	mapbuilder "github.com/altostream/altostream/services/map-builder"
)

// life is one run of a service in this process.
type life struct {
	rt   *service.Runtime
	log  *lines
	done chan error
	stop context.CancelFunc
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) says(text string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !strings.Contains(l.text.String(), text) {
		return fmt.Errorf("the log does not say %q:\n%s", text, l.text.String())
	}
	return nil
}

// live starts a service as its main does, with the environment as its configuration.
func live[C any, P service.Configuration[C]](t *testing.T, name string, run func(context.Context, C, *service.Runtime) error) *life {
	t.Helper()
	var config C
	if err := service.Load(&config); err != nil {
		t.Fatal(err)
	}
	tracer, flush, err := service.NewTracer(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(flush)
	l := &life{log: &lines{}, done: make(chan error, 1)}
	if l.rt, err = service.NewRuntime(name, slog.New(slog.NewTextHandler(l.log, nil)), prometheus.NewRegistry(), tracer); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l.stop = cancel
	go func() { l.done <- run(ctx, config, l.rt) }()
	return l
}

func (l *life) ready(want bool) func() error {
	return func() error {
		select {
		case err := <-l.done:
			l.done <- err
			return fmt.Errorf("it has ended: %w", err)
		default:
		}
		if l.rt.IsReady() != want {
			return fmt.Errorf("ready: %t, want %t", !want, want)
		}
		return nil
	}
}

// TestLifeCycle leads every service through the same life: it starts while the broker is away, is ready when
// that is there, says that it waits when it is away again, goes on when it is back, ends in the midst of its work
// when it is told to, and leaves nothing behind.
func TestLifeCycle(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) *life{
		"bgp-ingest": func(t *testing.T) *life {
			t.Setenv("BGP_LISTEN", freeAddress(t))
			t.Setenv("BGP_PEERS", "127.0.9.1;100;passive")
			return live(t, "bgp-ingest", bgpingest.Run)
		},
		"map-builder":  func(t *testing.T) *life { return live(t, "map-builder", mapbuilder.Run) },
		"cost-builder": func(t *testing.T) *life { return live(t, "cost-builder", costbuilder.Run) },
		"compute-ingest": func(t *testing.T) *life {
			document := filepath.Join(t.TempDir(), "compute.json")
			if err := os.WriteFile(document, []byte(`{}`), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("COMPUTE_SOURCES", "static="+document)
			return live(t, "compute-ingest", computeingest.Run)
		},
		"correlator": func(t *testing.T) *life { return live(t, "correlator", correlator.Run) },
	} {
		t.Run(name, func(t *testing.T) {
			s := startEmbedded(t, broker.Config{KafkaListen: freeAddress(t), RegistryListen: freeAddress(t), DataDir: t.TempDir(), Partitions: 4})
			t.Setenv("KAFKA_BOOTSTRAP_SERVERS", s.clients.KafkaBootstrapServers)
			t.Setenv("SCHEMA_REGISTRY_URL", s.clients.SchemaRegistryURL)
			s.stop()
			before := goroutines(t)
			l := start(t)
			await(t, func() error { return l.log.says("nothing listens there") })
			await(t, l.ready(false))
			s.resume()
			await(t, l.ready(true))
			s.stop()
			await(t, l.ready(false))
			await(t, func() error { return l.log.says("for=broker") })
			s.resume()
			await(t, l.ready(true))
			await(t, func() error { return l.log.says(`msg="no longer waiting"`) })

			busy := disturb(t, s.clients)
			time.Sleep(time.Second)
			l.stop()
			select {
			case err := <-l.done:
				if !errors.Is(err, context.Canceled) {
					t.Errorf("it ended with %v", err)
				}
			case <-time.After(15 * time.Second):
				t.Error("it does not end")
			}
			busy()
			awaitFor(t, 20*time.Second, func() error { return leftOver(before, goroutines(t)) })
		})
	}
}

// disturb writes records that nobody can read to all topics until the returned function is called.
func disturb(t *testing.T, clients service.Config) func() {
	t.Helper()
	p, err := kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": clients.KafkaBootstrapServers, "enable.metrics.push": false})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		for range p.Events() { // delivery reports
		}
	})
	running.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			for _, topic := range schemas.Topics {
				_ = p.Produce(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: int32(i % 4)}, Key: fmt.Append(nil, i%100), Value: []byte("none")}, nil)
			}
			time.Sleep(time.Millisecond)
		}
		p.Close()
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// goroutines are the product's, by what they were started as.
func goroutines(t *testing.T) map[string]int {
	t.Helper()
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 2); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for stack := range strings.SplitSeq(text.String(), "\n\n") {
		lines := strings.Split(strings.TrimSpace(stack), "\n")
		if i := len(lines) - 2; i > 0 && strings.Contains(lines[i], "created by github.com/") && !strings.Contains(stack, "services/lab/broker") && !strings.Contains(lines[i], "franz-go") {
			found[strings.Split(lines[i], " in goroutine")[0]]++
		}
	}
	return found
}

// leftOver says which goroutines are there that were not before.
func leftOver(before, after map[string]int) error {
	for name, n := range after {
		if n > before[name] {
			return fmt.Errorf("%d goroutines are left: %s", n-before[name], name)
		}
	}
	return nil
}
