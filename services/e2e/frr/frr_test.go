package frr

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/mrt"
	"github.com/altostream/altostream/services/cost-builder/truthtest"
)

const (
	// quiet is how long tables and databases must not have changed.
	quiet = 3 * time.Second
	// patience is how long after an event the maps may differ from the tables.
	patience = 40 * time.Second
	// look is how often tables and databases are looked at.
	look = 400 * time.Millisecond
)

// live is a network that runs, and what the project makes of it.
type live struct {
	*network
	exporters []*exporter
	player    *truthtest.Player
	recorder  recorder
	history   []string
}

// TestMaps holds the maps against the tables of live routers after random events.
func TestMaps(t *testing.T) {
	events, seed := setting(t, "FRR_EVENTS", 0), setting(t, "FRR_SEED", 1)
	if events == 0 {
		t.Skip("FRR_EVENTS is not set: make test-frr")
	}
	if _, err := os.Stat(filepath.Join(daemons, "ospfd")); err != nil || os.Getuid() != 0 {
		t.Fatalf("it needs root and the package frr: %v", err)
	}
	all := networks
	if _, set := os.LookupEnv("FRR_SEED"); set {
		all = slices.Concat(networks, randomNetworks(uint64(seed)))
	}
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			play(t, s, events, uint64(seed))
		})
	}
}

func setting(t *testing.T, name string, without int) int {
	t.Helper()
	text, set := os.LookupEnv(name)
	if !set {
		return without
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func play(t *testing.T, s spec, events int, seed uint64) {
	l := &live{network: begin(t, s), player: truthtest.NewPlayer(t)}
	l.recorder.Recording = s.recording()
	if folder := os.Getenv("FRR_RECORD"); folder != "" {
		t.Cleanup(func() { l.recorder.save(t, filepath.Join(folder, s.name+"-lsdb")) })
	}
	record := func(r mrt.Record) {
		r.Time = r.Time.Truncate(time.Microsecond)
		l.recorder.write(r)
		l.player.Play(r)
	}
	l.calm()
	l.settle(event{name: "base", do: func() {
		for _, number := range s.exporters {
			e := &exporter{router: l.routers[number-1], record: record, reaches: s.reached}
			l.exporters = append(l.exporters, e)
			e.open()
		}
	}})
	rng := rand.New(rand.NewPCG(seed, 11))
	for number := range events {
		l.settle(l.next(number, rng))
	}
}

// calm waits until the routers know each other, so that a recording begins with one table.
func (l *live) calm() {
	l.t.Helper()
	var before truthtest.State
	for since := time.Now(); time.Since(since) < quiet+deadInterval; time.Sleep(look) {
		if now := l.look(truthtest.State{}); !cmp.Equal(now, before) {
			since, before = time.Now(), now
		}
	}
}

// recording is a recording without states.
func (s spec) recording() truthtest.Recording {
	r := truthtest.Recording{Scenario: s.name, Export: "lsdb", ASN: asn, Exporters: map[string]string{}, Routers: map[string]truthtest.RouterNames{}}
	for _, number := range s.exporters {
		e := exporter{router: &router{number: number}}
		r.Exporters[routerName(number)] = e.address().String()
	}
	for number := 1; number <= s.routers; number++ {
		r.Routers[routerName(number)] = truthtest.RouterNames{
			OSPF: routerID(number), ISIS: systemID(number), Loopback: loopback4(number), Loopback6: loopback6(number),
		}
	}
	return r
}

// settle makes an event and compares when nothing has changed for a while. Where the maps
// are not right then, it waits on: the routers may not be done.
func (l *live) settle(e event) {
	l.t.Helper()
	l.history = append(l.history, e.name)
	begun := time.Now()
	s := truthtest.State{Event: e.name, EventAt: begun.UnixMicro()}
	e.do()
	time.Sleep(e.after)
	since, compared := time.Now(), 0
	var wrong []string
	anew := false
	for {
		changed := l.tell()
		now := l.look(s)
		if changed || !cmp.Equal(now, s) {
			since, s = time.Now(), now
		} else if time.Since(since) > quiet {
			if compared, wrong = l.recorder.Compare(s, l.player.DB); len(wrong) == 0 || time.Since(begun) > patience && anew {
				break
			}
			if !anew && time.Since(begun) > patience/4 {
				anew = l.computeAnew(wrong)
			}
		}
		if time.Since(begun) > 3*patience {
			wrong = []string{fmt.Sprintf("the routers have not settled in %v", 3*patience)}
			break
		}
		time.Sleep(look)
	}
	s.At = time.Now().UnixMicro()
	l.recorder.States = append(l.recorder.States, s)
	l.t.Logf("%s: %d compared, %d not told, after %v", e.name, compared, len(s.NotTold), time.Since(begun).Round(100*time.Millisecond))
	for _, w := range wrong {
		l.t.Errorf("%s: %s", e.name, w)
	}
	if len(wrong) > 0 {
		l.t.Fatalf("history: %q", l.history)
	}
	if compared == 0 && len(s.NotTold) == 0 {
		l.t.Errorf("%s: nothing was compared", e.name)
	}
}

// pairFrom is what Compare says of a pair of routers.
var pairFrom = regexp.MustCompile(`R(\d+)→`)

// computeAnew has the routers whose tables differ from the maps compute their routes from
// the beginning: ospf6d 8.4 keeps an inter-area route whose cost has grown, isisd 8.4 tells of a LAN on which it has lost
// its neighbours, and keeps a default route to the attached router that was the nearest. What they say then counts.
func (l *live) computeAnew(wrong []string) bool {
	l.t.Helper()
	routers := map[string]bool{}
	for _, w := range wrong {
		if m := pairFrom.FindStringSubmatch(w); m != nil {
			routers[m[1]] = true
		}
	}
	for number := range routers {
		l.t.Logf("R%s computes anew; before: %q", number, wrong)
		n, _ := strconv.Atoi(number)
		if r := l.routers[n-1]; r.runs("ospf6d") {
			r.show("ospf6d", "clear ipv6 ospf6 process")
		}
		if r := l.routers[n-1]; r.runs("isisd") {
			r.show("isisd", "clear isis neighbor")
		}
		for e, level := range l.level {
			if e.router == n && level != "" {
				l.routers[n-1].configure("interface "+e.String(), fmt.Sprint("isis metric ", l.metric[e]+1), fmt.Sprint("isis metric ", l.metric[e]))
			}
		}
	}
	return true
}

// tell lets the exporters tell what is new.
func (l *live) tell() (changed bool) {
	for _, e := range l.exporters {
		if e.up && e.tell() {
			changed = true
		}
	}
	return changed
}

// look returns the state as the tables say it now.
func (l *live) look(s truthtest.State) truthtest.State {
	l.t.Helper()
	all, unseen := l.tables(ip4), l.unseen(l.alive())
	s.Tables = l.truth(ip4, all)
	s.Hops = l.hops(ip4, all, s.Tables)
	s.PrefixOwner = l.owners(all, unseen)
	s.NotTold = append(l.notTold(l.alive()), l.overUnseen(ip4, all, unseen)...)
	if l.spec.ipv6Apart() {
		all := l.tables(ip6)
		six := l.truth(ip6, all)
		s.NotTold = append(s.NotTold, l.overUnseen(ip6, all, unseen)...)
		s.Costs6, s.Default6, s.Several6, s.Unreachable6 = six.Costs, six.Default, six.Several, six.Unreachable
	}
	return s
}

// ipv6Apart tells whether IPv6 has paths of its own.
func (s spec) ipv6Apart() bool {
	for _, l := range s.links {
		if l.area6 != "" {
			return true
		}
	}
	return s.multiTopology
}
