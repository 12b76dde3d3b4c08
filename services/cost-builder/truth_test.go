package costbuilder_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/mrt"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
	bgpingest "github.com/altostream/altostream/services/bgp-ingest"
)

// recording is the states.json of a folder of testdata/truth, see the README there.
type recording struct {
	ASN       uint32
	Exporters map[string]string
	Routers   map[string]routerNames
	States    []state
}

type routerNames struct{ OSPF, ISIS string }

type state struct {
	Event          string
	At             int64
	Costs          map[string]map[string]float64
	Default        map[string]map[string]float64
	DefaultSeveral map[string]map[string][]*float64 `json:"default_several"`
	Unreachable    [][2]string
	Costs6         map[string]map[string]float64
	Default6       map[string]map[string]float64
	Unreachable6   [][2]string
	NotTold        [][2]string                    `json:"not_told"`
	PrefixOwner    map[string]map[string][]string `json:"prefix_owner"`
}

// TestTruth plays what exporters of real networks told and compares the maps after each
// event with what the routers' own tables said.
func TestTruth(t *testing.T) {
	folders, err := filepath.Glob("testdata/truth/*/states.json")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, path := range folders {
		folder := filepath.Dir(path)
		t.Run(filepath.Base(folder), func(t *testing.T) { playTruth(t, folder) })
	}
}

func playTruth(t *testing.T, folder string) {
	text, err := os.ReadFile(filepath.Join(folder, "states.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	p := newPlayer(t, filepath.Join(folder, "updates.mrt"))
	for _, s := range r.States {
		p.playUntil(time.UnixMicro(s.At))
		compared := r.compare(t, s, p.db)
		t.Logf("%s: %d compared", s.Event, compared)
		if compared == 0 {
			t.Errorf("%s: nothing was compared", s.Event)
		}
	}
}

// player puts what a file's speakers told into a database.
type player struct {
	t      *testing.T
	reader *mrt.Reader
	next   *mrt.Record
	ingest *bgpingest.State
	serde  *avro.Serde[schemas.RawTopology]
	db     *ted.Database
}

func newPlayer(t *testing.T, path string) *player {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	serde := streamtest.Serde[schemas.RawTopology](t, schemas.RawTopologyTopic)
	c := bgpingest.Config{Topology: "default", StaleTime: time.Minute, MaxObjects: 1000}
	p := &player{t: t, reader: mrt.NewReader(f), serde: serde, db: ted.New(ted.Options{}), ingest: bgpingest.Spec(c, serde).Init()}
	p.step(bgpingest.TakenOver{})
	return p
}

// step takes an event of a speaker to the database.
func (p *player) step(e bgpingest.Event) {
	next, out := bgpingest.Step(p.ingest, e)
	p.ingest = next
	for _, o := range out {
		switch {
		case o.Value != nil:
			r, err := p.serde.Decode(*o.Value)
			if err != nil {
				p.t.Fatal(err)
			}
			p.db.Put(o.Key, r)
		case o.WakeAfter == 0:
			p.db.Delete(o.Key)
		}
	}
}

func (p *player) playUntil(at time.Time) {
	for {
		if p.next == nil {
			r, err := p.reader.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				p.t.Fatal(err)
			}
			p.next = &r
		}
		if p.next.Time.After(at) {
			return
		}
		p.play(*p.next)
		p.next = nil
	}
}

func (p *player) play(r mrt.Record) {
	source := "bgp:" + r.Peer.String()
	switch {
	case r.NewState == mrt.Established:
		p.step(bgpingest.Up{Source: source, ASN: r.PeerASN})
	case r.NewState != 0:
		p.step(bgpingest.Down{Source: source})
	default:
		u, errs := bgpls.DecodeUpdate(r.Body)
		if len(errs) > 0 {
			p.t.Fatal(errs)
		}
		p.step(bgpingest.Update{Source: source, Update: u})
	}
}

// name is the router that a PID's name ends with.
func (r recording) name(pid string) string {
	_, id, _ := strings.Cut(pid, ":")
	for name, names := range r.Routers {
		var ospf strings.Builder
		for octet := range strings.SplitSeq(names.OSPF, ".") {
			var n int
			if _, err := fmt.Sscan(octet, &n); err == nil {
				fmt.Fprintf(&ospf, "%02x", n)
			}
		}
		if id == ospf.String() || id == strings.ReplaceAll(names.ISIS, ".", "") {
			return name
		}
	}
	return pid
}

// byRouter renames the PIDs of costs.
func (r recording) byRouter(t *testing.T, costs alto.CostMap) map[[2]string]float64 {
	out := map[[2]string]float64{}
	for from, row := range costs {
		for to, cost := range row {
			pair := [2]string{r.name(from), r.name(to)}
			if _, twice := out[pair]; twice {
				t.Errorf("%v has two PIDs", pair)
			}
			out[pair] = cost
		}
	}
	return out
}

// compare returns how many pairs and owners it compared.
func (r recording) compare(t *testing.T, s state, db *ted.Database) int {
	g := db.Graph()
	is := r.byRouter(t, g.Costs(ted.RoutingIGP))
	n := pairs{t, s.Event, is, s.NotTold}.compare(s.Costs, s.Default, s.Unreachable)
	for from, row := range s.DefaultSeveral {
		for to, right := range row {
			cost, reached := is[[2]string{from, to}]
			fits := func(c *float64) bool { return c == nil && !reached || c != nil && reached && *c == cost }
			if !slices.ContainsFunc(right, fits) {
				t.Errorf("%s: %s→%s is %v (%v)", s.Event, from, to, cost, reached)
			}
			n++
		}
	}
	if s.Costs6 != nil {
		if !g.IPv6Apart() {
			t.Errorf("%s: IPv6 has no costs of its own", s.Event)
		}
		is6 := r.byRouter(t, g.IPv6Costs(ted.RoutingIGP))
		n += pairs{t, s.Event + ", IPv6", is6, nil}.compare(s.Costs6, s.Default6, s.Unreachable6)
	}
	return n + r.compareOwners(t, s, db.NetworkMap(ted.Unique))
}

// pairs is the costs after an event.
type pairs struct {
	t      *testing.T
	event  string
	is     map[[2]string]float64
	except [][2]string
}

func (p pairs) compare(specific, byDefault map[string]map[string]float64, unreachable [][2]string) int {
	n := 0
	for _, right := range []map[string]map[string]float64{specific, byDefault} {
		for from, row := range right {
			for to, cost := range row {
				pair := [2]string{from, to}
				if slices.Contains(p.except, pair) {
					continue
				}
				n++
				if is, reached := p.is[pair]; !reached || is != cost {
					p.t.Errorf("%s: %s→%s is %v (%v), right is %v", p.event, from, to, is, reached, cost)
				}
			}
		}
	}
	for _, pair := range unreachable {
		if slices.Contains(p.except, pair) {
			continue
		}
		n++
		if is, reached := p.is[pair]; reached {
			p.t.Errorf("%s: %s→%s is %v, right is unreachable", p.event, pair[0], pair[1], is)
		}
	}
	return n
}

// compareOwners compares the owners of the prefixes on whose owner all routers agree that
// do not own it themselves.
func (r recording) compareOwners(t *testing.T, s state, m alto.NetworkMap) int {
	n := 0
	for prefix, byRouter := range s.PrefixOwner {
		var others []string
		for router, owners := range byRouter {
			if !slices.Equal(owners, []string{router}) {
				others = append(others, strings.Join(owners, ","))
			}
		}
		slices.Sort(others)
		if others = slices.Compact(others); len(others) != 1 || strings.Contains(others[0], ",") {
			continue
		}
		n++
		var is []string
		for _, pid := range slices.Sorted(maps.Keys(m)) {
			if slices.Contains(m[pid].IPv4, prefix) {
				is = append(is, r.name(pid))
			}
		}
		if !slices.Equal(is, others) {
			t.Errorf("%s: %s is of %v, right is %v", s.Event, prefix, is, others)
		}
	}
	return n
}
