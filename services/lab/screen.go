package lab

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/tables"
	"github.com/altostream/altostream/schemas"
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

// news shows what happens in the network, and what follows from it.
func (s *screen) news(text string) {
	what, follows, _ := strings.Cut(text, "\n")
	text = "── " + what + " ──"
	if follows != "" {
		text += "\n  " + strings.ReplaceAll(follows, "\n", "\n  ")
	}
	s.say("%s", text)
}

func (s *screen) say(format string, args ...any) {
	fmt.Fprintf(s, "\n%s  %s\n", time.Now().Format("15:04:05.000"), fmt.Sprintf(format, args...))
}

// picture is the seed's network.
const picture = `
  R4 ── R2 ── R3 ── R5    R2–R3 is OSPF area 0, the backbone; the links of R1
          ╲   ╱           are area 1, R2–R4 is area 2, R3–R5 area 3. R2 and R3
           R1             tell what they know; every metric is 10. The PID
                          pid100:02020202 is R2.
`

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
	drawing, links := "", ""
	if l.config.Routers == routersSeed {
		drawing = picture
	}
	if l.routers.network != nil {
		links = "  bin/altoctl lab fail R2 R3          fail a link; or restore, metric, links\n"
	}
	fmt.Fprintf(s, `altostream lab
  routers ▶ bgp-ingest ▶ map-builder ▶ cost-builder, compute-ingest ▶ correlator
  Kafka     %s (embedded)
  registry  %s
  routers   %s
  metrics   http://%s/metrics
  compute   %s
%s
In another terminal:
  bin/altoctl cost-map --watch        each change as it comes
%s  bin/altoctl peers                   the routers, and how much each told
  bin/altoctl compute --watch         and change compute.json
  bin/altoctl topics                  what is on the topics
  kcat -b %s -C -t cost_maps -f '%%k %%h %%S bytes\n'
Ctrl-C ends the lab.

`, c.KafkaBootstrapServers, c.SchemaRegistryURL, strings.Join(routers, ", "), http, l.dir+"/compute.json", drawing, links, c.KafkaBootstrapServers)
}

// follow runs an altoctl command and shows what it prints.
func (s *screen) follow(ctx context.Context, c service.Config, args ...string) error {
	err := altoctl.Run(ctx, c, args, mapWriter{s}, io.Discard)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// after shows, once, where the correlator placed what there is to compute with.
func (s *screen) after(ctx context.Context, l *Lab) {
	table, err := tables.Read[schemas.EndpointProperties](ctx, l.Clients(), schemas.EndpointPropertiesTopic, func(string, error) {})
	if err != nil {
		return
	}
	text := "compute resources, placed in the network; more by bin/altoctl endpoints"
	for _, entity := range slices.Sorted(maps.Keys(table)) {
		var pids []string
		for _, a := range table[entity].Attachments {
			pids = append(pids, a.PID)
		}
		text += fmt.Sprintf("\n  %s  at %s", entity, strings.Join(pids, " "))
	}
	s.say("%s", text)
}
