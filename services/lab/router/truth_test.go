package router

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/mrt"
)

// TestTruth holds what the lab's R2 and R3 tell, and all routing tables, against those of
// real routers in the same network, see testdata/README.md.
func TestTruth(t *testing.T) {
	states := readStates(t)
	recording := newPlayer(t, "testdata/ospf-seed.mrt")
	for _, state := range states {
		t.Run(state.Event, func(t *testing.T) {
			topology := state.topology(t)
			if diff := cmp.Diff(state.Costs, loopbackCosts(topology)); diff != "" {
				t.Errorf("costs (-real +lab)\n%s", diff)
			}
			if state.Event == states[len(states)-1].Event {
				return // there is no recording
			}
			recording.play(time.UnixMicro(state.At))
			for i, exporter := range []string{"10.99.2.2", "10.99.3.3"} {
				real := map[string]string{}
				for key, line := range recording.told[netip.MustParseAddr(exporter)] {
					if !state.lost(line, i) {
						real[key] = line
					}
				}
				lab := map[string]string{}
				for _, o := range topology.database(topology.speakers[i]) {
					lab[o.NLRI.Key()] = objectLine(&o.NLRI, o.Attributes)
				}
				// The recording has the BGP-LS identifier TLV, the lab has not.
				if diff := cmp.Diff(lines(real), lines(lab)); diff != "" {
					t.Errorf("%s (-real +lab)\n%s", topology.speakers[i], diff)
				}
			}
		})
	}
}

func lines(m map[string]string) []string {
	var out []string
	for _, line := range m {
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// truth is a state of the real network.
type truth struct {
	Event string
	At    int64 // microseconds
	Costs map[string]map[string]uint32
}

func readStates(t *testing.T) []truth {
	t.Helper()
	text, err := os.ReadFile("testdata/ospf-seed.json")
	if err != nil {
		t.Fatal(err)
	}
	var states []truth
	if err := json.Unmarshal(text, &states); err != nil {
		t.Fatal(err)
	}
	return states
}

// topology is the seed's network with loopbacks, in that state: R2's metric to R3 is 50
// from the first event on.
func (s truth) topology(t *testing.T) *Topology {
	t.Helper()
	seed := Seed()
	var loopbacks []stub
	for i, area := range []uint32{1, backbone, backbone, 2, 3} {
		address := netip.AddrFrom4([4]byte{10, 255, 0, byte(i + 1)})
		loopbacks = append(loopbacks, stub{seed.routers[i], area, netip.PrefixFrom(address, 32), 0})
	}
	links := seed.links
	if s.Event != "base" {
		links[2].ends[0].metric = 50
	}
	if s.down() {
		links = slices.Delete(links, 2, 3)
	}
	if s.Event == "metric 1 2 31" {
		links[0].ends[0].metric = 31
	}
	return newTopology(seed.routers, links, loopbacks, seed.speakers...)
}

func (s truth) down() bool { return strings.HasPrefix(s.Event, "down") }

// lost tells whether a line is of what an exporter cannot reach: without R2-R3 the other's
// part of the backbone. The recording keeps it, against RFC 9552 §5.9.
func (s truth) lost(line string, exporter int) bool {
	other := []string{"03030303", "02020202"}[exporter]
	return s.down() && strings.Contains(line, " area 0.0.0.0 "+other)
}

// loopbackCosts are what the routing tables have for the loopbacks.
func loopbackCosts(t *Topology) map[string]map[string]uint32 {
	costs := map[string]map[string]uint32{}
	summaries := t.summaries()
	for _, from := range t.routers {
		table := t.table(from, summaries)
		costs[from.name] = map[string]uint32{}
		for i, to := range t.routers {
			if r, ok := table[t.stubs[i].prefix]; ok && from != to {
				costs[from.name][to.name] = r.cost
			}
		}
	}
	return costs
}

// player replays a recording into tables.
type player struct {
	t      *testing.T
	reader *mrt.Reader
	next   mrt.Record
	told   map[netip.Addr]map[string]string // lines by NLRI key
}

func newPlayer(t *testing.T, name string) *player {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return &player{t: t, reader: mrt.NewReader(file), told: map[netip.Addr]map[string]string{}}
}

// play goes on to a time.
func (p *player) play(until time.Time) {
	p.t.Helper()
	for !p.next.Time.After(until) {
		p.take(p.next)
		next, err := p.reader.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			p.t.Fatal(err)
		}
		p.next = next
		p.next.Body = slices.Clone(next.Body)
	}
}

func (p *player) take(record mrt.Record) {
	p.t.Helper()
	if record.Type != updateMessage {
		return
	}
	table := p.told[record.Peer]
	if table == nil {
		table = map[string]string{}
		p.told[record.Peer] = table
	}
	update, errs := bgpls.DecodeUpdate(record.Body)
	for _, err := range errs {
		p.t.Error(err)
	}
	for _, n := range update.Unreach {
		delete(table, n.Key())
	}
	for _, n := range update.Reach {
		table[n.Key()] = objectLine(&n, update.Attributes)
	}
}

// objectLine is what both tell of an object.
func objectLine(n *bgpls.NLRI, a *bgpls.Attributes) string {
	line := fmt.Sprintf("%d area %s %s", n.Type, n.Local.OSPFAreaID, hex.EncodeToString(n.Local.IGPRouterID))
	if n.Link != nil {
		line += fmt.Sprintf(" to %x %s-%s metric %d", n.Remote.IGPRouterID, n.Link.IPv4Interface, n.Link.IPv4Neighbor, a.IGPMetric.Value)
	}
	if n.Prefix != nil {
		line += fmt.Sprintf(" %s type %d metric %d", n.Prefix.Prefix, *n.Prefix.OSPFRouteType, *a.PrefixMetric)
	}
	if n.Type == bgpls.NodeNLRI {
		line += fmt.Sprintf(" flags %#x", *a.NodeFlags)
	}
	return line
}
