package lab

import (
	"bufio"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/lab/router"
)

// captures is the folder of what five FRR routers said, see its README.
var captures = filepath.Join("..", "..", "libs", "bgpls", "testdata", "captures")

// moment is a line of an events file: what was done to the network, and when.
type moment struct {
	at   time.Time
	what string
}

func moments(t *testing.T, file string) []moment {
	t.Helper()
	f, err := os.Open(filepath.Join(captures, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []moment
	for lines := bufio.NewScanner(f); lines.Scan(); {
		stamp, what, _ := strings.Cut(lines.Text(), " ")
		seconds, micros, _ := strings.Cut(stamp, ".")
		s, err1 := strconv.ParseInt(seconds, 10, 64)
		n, err2 := strconv.ParseInt((micros + "000000000")[:9], 10, 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: time %q", file, stamp)
		}
		out = append(out, moment{time.Unix(s, n), what})
	}
	return out
}

// startReplay runs a lab whose routers send a capture when they are told to.
func startReplay(t *testing.T, file string) (*Lab, *router.Replay) {
	t.Helper()
	replay, err := router.StartReplay(t.Context(), router.ReplayConfig{
		File: filepath.Join(captures, file), First: netip.MustParseAddr(firstRouterAddress), Paused: true,
		Collector: router.Collector{Address: netip.MustParseAddr(collectorAddress), ASN: labASN},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(replay.Close)
	var peers []string
	for _, p := range replay.Peers() {
		peers = append(peers, p.String())
	}
	t.Setenv("BGP_PEERS", strings.Join(peers, ","))
	t.Setenv("BGP_ASN", strconv.Itoa(labASN))
	t.Setenv("BGP_LISTEN", collectorAddress+":0")
	return startLab(t, Config{Routers: routersNone}), replay
}

// TestCaptures replays what real routers said over real BGP sessions, up to each thing
// that was done to their network. The costs are worked out by hand from the links (all
// metrics 10, R1→R3 100 after the first event); PIDs have ASN 0, since FRR tells none.
func TestCaptures(t *testing.T) {
	whole := [][]float64{{0, 10, 10, 20, 20}, {10, 0, 10, 10, 20}, {10, 10, 0, 20, 10}, {20, 10, 20, 0, 30}, {20, 20, 10, 30, 0}}
	// R1→R3 goes by R2 (20), and so does R1→R5 (30); the way back is as it was.
	slow := [][]float64{{0, 10, 20, 20, 30}, {10, 0, 10, 10, 20}, {10, 10, 0, 20, 10}, {20, 10, 20, 0, 30}, {20, 20, 10, 30, 0}}
	// Without R2-R3: R1→R3 is the direct 100, R2→R3 is 10+100, R4→R3 10+10+100, to R5 10
	// more; R3→R2 is 10+10 by R1, R3→R4 30, R5→R2 30, R5→R4 40.
	cut := [][]float64{{0, 10, 100, 20, 110}, {10, 0, 110, 10, 120}, {10, 20, 0, 30, 10}, {20, 10, 120, 0, 130}, {20, 30, 10, 40, 0}}
	// R5 is alone: IS-IS keeps its LSP, so the PID stays, without costs.
	alone := [][]float64{{0, 10, 20, 20, -1}, {10, 0, 10, 10, -1}, {10, 10, 0, 20, -1}, {20, 10, 20, 0, -1}, {-1, -1, -1, -1, 0}}

	t.Run("isis", func(t *testing.T) {
		pids := []string{"pid0:000000000001", "pid0:000000000002", "pid0:000000000003", "pid0:000000000004", "pid0:000000000005"}
		// Both ends advertise a link's subnet with the link's metric; the lower PID has
		// it until R1's metric of 192.168.13.0/24 is 100 and R3's still 10.
		initial := networkMap(pids,
			"10.255.0.1/32 192.168.12.0/24 192.168.13.0/24", "fd00::1/128 fd00:12::/64 fd00:13::/64",
			"10.255.0.2/32 192.168.23.0/24 192.168.24.0/24", "fd00::2/128 fd00:23::/64 fd00:24::/64",
			"10.255.0.3/32 192.168.35.0/24", "fd00::3/128 fd00:35::/64",
			"10.255.0.4/32", "fd00::4/128", "10.255.0.5/32", "fd00::5/128")
		moved := networkMap(pids,
			"10.255.0.1/32 192.168.12.0/24", "fd00::1/128 fd00:12::/64",
			"10.255.0.2/32 192.168.23.0/24 192.168.24.0/24", "fd00::2/128 fd00:23::/64 fd00:24::/64",
			"10.255.0.3/32 192.168.13.0/24 192.168.35.0/24", "fd00::3/128 fd00:13::/64 fd00:35::/64",
			"10.255.0.4/32", "fd00::4/128", "10.255.0.5/32", "fd00::5/128")
		playCapture(t, "isis", []expectation{
			{"initial", initial, square(pids, whole...)},
			{"metric R1->R3 100", moved, square(pids, slow...)},
			{"linkdown R2-R3", moved, square(pids, cut...)},
			{"linkup R2-R3", moved, square(pids, slow...)},
			{"delay R2->R4 5000us", moved, square(pids, slow...)},
			{"node R5 isolated", moved, square(pids, alone...)},
		})
	})
	t.Run("ospf", func(t *testing.T) {
		pids := []string{"pid0:01010101", "pid0:02020202", "pid0:03030303", "pid0:04040404", "pid0:05050505"}
		// FRR tells host prefixes of OSPF interfaces. When a link goes down it withdraws
		// the interface's own prefix but no link, and each router only its own: the other
		// still tells R2's 192.168.23.2/32 and R3's 192.168.23.3/32. Only R3 tells
		// 192.168.35.3/32, so that one goes with R5.
		initial := networkMap(pids,
			"192.168.12.1/32 192.168.13.1/32", "", "192.168.12.2/32 192.168.23.2/32 192.168.24.2/32", "",
			"192.168.13.3/32 192.168.23.3/32 192.168.35.3/32", "", "192.168.24.4/32", "", "192.168.35.5/32", "")
		last := networkMap(pids,
			"192.168.12.1/32 192.168.13.1/32", "", "192.168.12.2/32 192.168.23.2/32 192.168.24.2/32", "",
			"192.168.13.3/32 192.168.23.3/32", "", "192.168.24.4/32", "", "192.168.35.5/32", "")
		playCapture(t, "ospf", []expectation{
			{"initial", initial, square(pids, whole...)},
			{"metric R1->R3 100", initial, square(pids, slow...)},
			{"linkdown R2-R3", initial, square(pids, slow...)},
			{"linkup R2-R3", initial, square(pids, slow...)},
			{"delay R2->R4 5000us", initial, square(pids, slow...)},
			{"node R5 isolated", last, square(pids, slow...)},
		})
	})
}

// expectation is what the maps are after something was done to the network.
type expectation struct {
	event string
	pids  alto.NetworkMap
	costs alto.CostMap
}

// networkMap builds a network map from IPv4 and IPv6 prefixes of each PID, with a
// default PID for the families that occur.
func networkMap(pids []string, prefixes ...string) alto.NetworkMap {
	m := alto.NetworkMap{}
	var space schemas.EndpointAddressGroup
	for i, pid := range pids {
		group := schemas.EndpointAddressGroup{IPv4: strings.Fields(prefixes[2*i]), IPv6: strings.Fields(prefixes[2*i+1])}
		m[pid] = group
		if len(group.IPv4) > 0 {
			space.IPv4 = []string{"0.0.0.0/0"}
		}
		if len(group.IPv6) > 0 {
			space.IPv6 = []string{"::/0"}
		}
	}
	m[alto.DefaultPID] = space
	return alto.Canonical(m)
}

func playCapture(t *testing.T, igp string, expected []expectation) {
	l, replay := startReplay(t, igp+".mrt")
	events := moments(t, igp+".events")
	if len(events) != len(expected) {
		t.Fatalf("%d events, %d expectations", len(events), len(expected))
	}
	for i, want := range expected {
		if events[i].what != want.event {
			t.Fatalf("event %d is %q, want %q", i, events[i].what, want.event)
		}
		until := events[i].at.Add(time.Hour)
		if i+1 < len(events) {
			until = events[i+1].at
		}
		if err := replay.Play(t.Context(), until); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() string { return mapsDiffer(t, l, want) })
	}
	source := "bgp:" + firstRouterAddress // R2's speaker, 10.99.2.2, is the first
	frr := frrRecords(t, igp+"-final.json", source)
	eventually(t, func() string {
		got := read[schemas.RawTopology](t, l, schemas.RawTopologyTopic)
		for key, r := range got {
			if r.Source != source || r.Kind == schemas.KindPeer {
				delete(got, key)
			}
		}
		return cmp.Diff(frr, got)
	})
}

// mapsDiffer compares the maps on the topics with what is expected.
func mapsDiffer(t *testing.T, l *Lab, want expectation) string {
	m := read[schemas.NetworkMap](t, l, schemas.NetworkMapsTopic)["networkmap-default"]
	if m == nil {
		return want.event + ": no network map"
	}
	if diff := cmp.Diff(want.pids, m.NetworkMap); diff != "" {
		return want.event + ": network map " + diff
	}
	if diff := cmp.Diff(want.costs, costs(t, l, "costmap-default-routingcost")); diff != "" {
		return want.event + ": cost map " + diff
	}
	return ""
}
