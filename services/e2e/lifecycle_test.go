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

// live starts a service as its main does. All that it starts bears the label service=name.
func live[C any, P service.Configuration[C]](t *testing.T, name string, run func(context.Context, C, *service.Runtime) error, clients service.Config, adjust ...func(*C)) *life {
	t.Helper()
	var config C
	common := P(&config).Common()
	adjust = append(adjust, func(*C) {
		common.KafkaBootstrapServers, common.SchemaRegistryURL = clients.KafkaBootstrapServers, clients.SchemaRegistryURL
	})
	if err := service.Load(&config, adjust...); err != nil {
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
	go pprof.Do(ctx, pprof.Labels("service", name), func(ctx context.Context) { l.done <- run(ctx, config, l.rt) })
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
	t.Parallel()
	for name, start := range map[string]func(t *testing.T, clients service.Config) *life{
		"bgp-ingest": func(t *testing.T, clients service.Config) *life {
			return live(t, "bgp-ingest", bgpingest.Run, clients, func(c *bgpingest.Config) {
				c.BGPListen = freeAddress(t)
				if err := c.BGPPeers.Decode("127.0.9.1;100;passive"); err != nil {
					t.Error(err)
				}
			})
		},
		"map-builder": func(t *testing.T, clients service.Config) *life {
			return live(t, "map-builder", mapbuilder.Run, clients)
		},
		"cost-builder": func(t *testing.T, clients service.Config) *life {
			return live(t, "cost-builder", costbuilder.Run, clients)
		},
		"compute-ingest": func(t *testing.T, clients service.Config) *life {
			document := filepath.Join(t.TempDir(), "compute.json")
			if err := os.WriteFile(document, []byte(`{}`), 0o600); err != nil {
				t.Fatal(err)
			}
			return live(t, "compute-ingest", computeingest.Run, clients, func(c *computeingest.Config) {
				if err := c.ComputeSources.Decode("static=" + document); err != nil {
					t.Error(err)
				}
			})
		},
		"correlator": func(t *testing.T, clients service.Config) *life {
			return live(t, "correlator", correlator.Run, clients)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startEmbedded(t, broker.Config{KafkaListen: freeAddress(t), RegistryListen: freeAddress(t), DataDir: t.TempDir(), Partitions: 4})
			s.stop()
			l := start(t, s.clients)
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
			awaitFor(t, 20*time.Second, func() error { return leftOver(t, name) })
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

// leftOver says which goroutines there are that a service started, or that were started by those. Those of the standard
// library keep connections and timers a while.
func leftOver(t *testing.T, name string) error {
	t.Helper()
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil {
		t.Fatal(err)
	}
	for stack := range strings.SplitSeq(text.String(), "\n\n") {
		lines := strings.Split(strings.TrimSpace(stack), "\n")
		if strings.Contains(stack, fmt.Sprintf("%q:%q", "service", name)) && strings.Contains(lines[len(lines)-1], "github.com/") {
			return fmt.Errorf("goroutines are left: %s", stack)
		}
	}
	return nil
}
