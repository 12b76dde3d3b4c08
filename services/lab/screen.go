package lab

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/altostream/altostream/libs/rank"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/tables"
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
		links = `  bin/altoctl lab fail R2 R3          fail a link; or restore, metric, links
  bin/altoctl path R1 R5              the way between two routers, and why
  bin/altoctl rank --from R4 --vcpu 8 --ram 16G
`
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

// Question of the ranking that is shown: a workload of someone near R1.
const (
	rankFrom = "pid100:01010101"
	rankVCPU = 8
	rankRAM  = 16 << 10 // MB
)

// rank shows where there is room for a workload, when that has changed: what is free there changes all the time.
func (s *screen) rank(ctx context.Context, c service.Config) error {
	query := rank.Query{From: rankFrom, Needs: map[string]float64{"vcpu": rankVCPU, "ram": rankRAM}}
	before := ""
	err := tables.WatchRanking(ctx, c, query, func(a *rank.Answer, err error) error {
		if err != nil || len(a.Sites)+len(a.Others) == 0 {
			return nil // not yet, or on its way
		}
		ranks := ranksOf(a)
		if ranks == before {
			return nil
		}
		before = ranks
		var text strings.Builder
		if err := altoctl.Ranking(&text, query, a); err != nil {
			return err
		}
		s.say("where there is room\n  %s", strings.ReplaceAll(strings.TrimSpace(text.String()), "\n", "\n  "))
		return nil
	}, func(string, error) {}, nil)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// ranksOf is what of an answer does not change with every instance.
func ranksOf(a *rank.Answer) string {
	var ranks []string
	for _, site := range a.Sites {
		ranks = append(ranks, fmt.Sprint(site.Rank, site.Name, site.Hosts[0].PID, site.Hosts[0].Costs))
	}
	slices.Sort(ranks)
	return strings.Join(ranks, " ")
}
