package lab

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/altoctl"
)

// screen is what a person sees; writes do not mix.
type screen struct {
	mu    sync.Mutex
	out   io.Writer
	once  sync.Once
	first chan struct{} // closed when a map was written
}

func newScreen(out io.Writer) *screen { return &screen{out: out, first: make(chan struct{})} }

// Write writes p at once.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

// written waits until a map was written, or ctx ends.
func (s *screen) written(ctx context.Context) {
	select {
	case <-s.first:
	case <-ctx.Done():
	}
}

// mapWriter writes maps to a screen.
type mapWriter struct{ *screen }

func (w mapWriter) Write(p []byte) (int, error) {
	n, err := w.screen.Write(p)
	w.once.Do(func() { close(w.first) })
	return n, err
}

func (s *screen) say(format string, args ...any) {
	fmt.Fprintf(s, "\n%s  %s\n", time.Now().Format("15:04:05.000"), fmt.Sprintf(format, args...))
}

// welcome says what runs where and how to look at it.
func (s *screen) welcome(l *Lab, http string) {
	c := l.Clients()
	var routers []string
	for _, p := range l.routers.peers {
		routers = append(routers, p.String())
	}
	if len(routers) == 0 {
		routers = []string{"yours, see BGP_PEERS and BGP_LISTEN"}
	}
	fmt.Fprintf(s, `altostream lab: routers ─▶ bgp-ingest ─▶ map-builder ─▶ cost-builder, compute-ingest ─▶ correlator
  Kafka     %s (embedded)
  registry  %s
  routers   %s
  metrics   http://%s/metrics
  compute   %s (change it and watch: altoctl compute --watch)
In another terminal:
  bin/altoctl cost-map --watch        each change as it comes
  bin/altoctl peers                   the routers, their sessions and how much each told
  bin/altoctl topics                  what is on the topics
  kcat -b %s -C -t cost_maps -f '%%k %%h %%S bytes\n'
Ctrl-C ends the lab.

`, c.KafkaBootstrapServers, c.SchemaRegistryURL, strings.Join(routers, ", "), http, l.dir+"/compute.json", c.KafkaBootstrapServers)
}

// follow runs an altoctl command and shows what it prints.
func (s *screen) follow(ctx context.Context, c service.Config, args ...string) error {
	err := altoctl.Run(ctx, c, args, mapWriter{s}, io.Discard)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// after shows, once, what the correlator made of it.
func (s *screen) after(ctx context.Context, l *Lab) {
	var text bytes.Buffer
	if altoctl.Run(ctx, l.Clients(), []string{"endpoints"}, &text, io.Discard) == nil {
		s.say("compute resources, placed in the network:\n%s", text.String())
	}
}
