package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
)

// Two routers with a prefix each and the link between them: the smallest network.
const (
	east, west       = "6.6.6.1", "6.6.6.2"
	eastPID, westPID = "pid100:06060601", "pid100:06060602"
)

// tellPair puts the two routers into an edge's table.
func tellPair(e *edge) {
	e.put(0, nodeNLRI(east), nodeNLRI(west), prefixNLRI(east, "10.6.1.0/24"), prefixNLRI(west, "10.6.2.0/24"))
	e.put(7, linkNLRI(east, west))
	e.put(9, linkNLRI(west, east))
}

func pairMap() alto.NetworkMap {
	return alto.NetworkMap{eastPID: ipv4("10.6.1.0/24"), westPID: ipv4("10.6.2.0/24"), defaultPID: ipv4("0.0.0.0/0")}
}

// pairCosts are the costs from east to west and back, 0 where there is no way.
func pairCosts(there, back float64) costs {
	m := costs{eastPID: {eastPID: 0}, westPID: {westPID: 0}, defaultPID: {defaultPID: 0}}
	if there > 0 {
		m[eastPID][westPID] = there
	}
	if back > 0 {
		m[westPID][eastPID] = back
	}
	return m
}

// staleSince waits until all maps say how many of their speakers are lost, and when the
// first of those was whose last words they are still made of; the zero time is never.
func (c *chain) staleSince(sources schemas.Sources, since time.Time) {
	c.t.Helper()
	check := func(id string, s *schemas.Sources, stale *time.Time) error {
		switch {
		case s == nil || *s != sources:
			return fmt.Errorf("%s is of speakers %+v, want %+v", id, s, sources)
		case (stale == nil) != since.IsZero():
			return fmt.Errorf("%s is stale since %v, want %v", id, stale, since)
		case stale != nil && stale.Sub(since).Abs() > time.Second:
			return fmt.Errorf("%s is stale since %v, want %v", id, stale, since)
		}
		return nil
	}
	await(c.t, func() error {
		n, err := value[schemas.NetworkMap](c.topics, schemas.NetworkMapsTopic, networkMapID)
		if err != nil {
			return err
		}
		if err := check(networkMapID, n.Meta.Sources, n.Meta.StaleSince); err != nil {
			return err
		}
		for _, id := range []string{routingID, hopCountID} {
			m, err := value[schemas.CostMap](c.topics, schemas.CostMapsTopic, id)
			if err != nil {
				return err
			}
			if err := check(id, m.Meta.Sources, m.Meta.StaleSince); err != nil {
				return err
			}
		}
		return nil
	})
}

// outlived waits for the end of a stale time and checks how long it was.
func (c *chain) outlived(e *edge, lost time.Time, keep time.Duration) {
	c.t.Helper()
	c.peerIs(e.source(), schemas.PeerIdle)
	const tolerance = 2 * time.Second
	if lasted := time.Since(lost); lasted < keep || lasted > keep+tolerance {
		c.t.Errorf("what %s told was kept for %v after its session, want %v", e.source(), lasted, keep)
	}
	await(c.t, func() error { return differ("what is left of "+e.source(), map[string]string{}, c.told(e)) })
}

// TestSessionLoss loses a session for good: everything is kept for the stale time, marked
// as stale, and then nothing is left.
func TestSessionLoss(t *testing.T) {
	t.Parallel()
	const keep = 3 * time.Second
	e := newEdge(t, "127.0.1.1")
	tellPair(e)
	c, port := newEdgeChain(t, []*edge{e}, fmt.Sprint("STALE_TIME=", keep))
	c.start("bgp-ingest", "map-builder", "cost-builder")
	w := e.up(port)
	c.isSynced(e)
	c.networkMapIs(pairMap())
	c.costsAre(routingID, pairCosts(7, 9))
	c.quiet(t)
	c.staleSince(schemas.Sources{Count: 1}, time.Time{})
	records, before := len(c.objectRecords(e)), c.contents()

	lost := time.Now()
	w.cut()
	c.peerIs(e.source(), schemas.PeerStale)
	c.staleSince(schemas.Sources{Count: 1, Stale: 1}, lost)
	time.Sleep(keep - 1500*time.Millisecond)
	if n := len(c.objectRecords(e)); n != records {
		t.Errorf("while the speaker is stale %d records of objects were written, want none", n-records)
	}
	if diff := cmp.Diff(before, c.contents()); diff != "" {
		t.Errorf("maps while the speaker is stale (-before +then):\n%s", diff)
	}
	c.outlived(e, lost, keep)
	for _, topic := range []string{schemas.NetworkMapsTopic, schemas.CostMapsTopic} {
		await(t, func() error { return c.noMap(topic) })
	}
}

// TestGracefulRestart loses sessions with graceful restart: the time that the router
// asked for counts, and one that is back in that time with the same table causes no
// record of an object.
func TestGracefulRestart(t *testing.T) {
	t.Parallel()
	const staleTime = 2 * time.Second
	restarts, longLived, neither := newEdge(t, "127.0.1.1"), newEdge(t, "127.0.1.2"), newEdge(t, "127.0.1.3")
	restarts.restart = 5 * time.Second
	longLived.restart, longLived.stale = time.Second, 5*time.Second
	neither.stale = 9 * time.Second // which does not count alone (RFC 9494 §4.1)
	edges := []*edge{neither, restarts, longLived}
	c, port := newEdgeChain(t, edges, fmt.Sprint("STALE_TIME=", staleTime))
	c.start("bgp-ingest")
	wires := map[*edge]*wire{}
	for _, e := range edges {
		tellPair(e)
		wires[e] = e.up(port)
		c.isSynced(e)
	}
	records := len(c.objectRecords(restarts)) + len(c.objectRecords(longLived))
	wires[restarts].cut()
	wires[longLived].cut()
	c.peerIs(restarts.source(), schemas.PeerStale)
	c.peerIs(longLived.source(), schemas.PeerStale)
	time.Sleep(staleTime + time.Second)
	for _, e := range edges[1:] {
		wires[e] = e.up(port)
		c.isSynced(e)
	}
	if n := len(c.objectRecords(restarts)) + len(c.objectRecords(longLived)); n != records {
		t.Errorf("%d records of objects were written for routers that came back in time, want none", n-records)
	}
	lost := time.Now()
	for _, w := range wires {
		w.cut()
	}
	for _, e := range edges {
		c.outlived(e, lost, max(staleTime, e.restart+min(e.stale, e.restart*9)))
	}
}

// TestHalfTable brings a router back with half its table: the other half goes with
// End-of-RIB, not before.
func TestHalfTable(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "127.0.1.1")
	tellPair(e)
	c, port := newEdgeChain(t, []*edge{e})
	c.start("bgp-ingest")
	w := e.up(port)
	c.isSynced(e)
	before := c.told(e)

	w.cut()
	e.drop(nodeNLRI(west), prefixNLRI(west, "10.6.2.0/24"), linkNLRI(west, east))
	w = e.connect(port)
	if err := w.say(e.greeting()...); err != nil {
		t.Fatal(err)
	}
	mark := nodeNLRI("6.6.6.9")
	e.put(0, mark)
	_ = w.say(announce(nil, mark))
	before[mark.Key()] = "0"
	await(t, func() error { return differ("what is told before End-of-RIB", before, c.told(e)) })
	_ = w.say(endOfRIB())
	c.isSynced(e)
}

// TestTwoReflectors has two reflectors tell one network. What becomes of one of them
// changes no map, which stays current: its loss, the end of its stale time, its return.
func TestTwoReflectors(t *testing.T) {
	t.Parallel()
	const keep = time.Second
	a, b := newEdge(t, "127.0.1.1"), newEdge(t, "127.0.1.2")
	tellPair(a)
	tellPair(b)
	c, port := newEdgeChain(t, []*edge{a, b}, fmt.Sprint("STALE_TIME=", keep))
	c.start("bgp-ingest", "map-builder", "cost-builder")
	wires := map[*edge]*wire{a: a.up(port), b: b.up(port)}
	c.costsAre(routingID, pairCosts(7, 9))
	c.costsAre(hopCountID, pairCosts(1, 1))
	c.quiet(t)
	before := c.contents()
	for _, e := range []*edge{a, b, a} {
		c.isSynced(e)
		lost := time.Now()
		wires[e].cut()
		c.staleSince(schemas.Sources{Count: 2, Stale: 1}, time.Time{})
		c.outlived(e, lost, keep)
		c.quiet(t)
		wires[e] = e.connect(port)
		for _, body := range append(e.greeting(), endOfRIB()) {
			_ = wires[e].say(body)
			time.Sleep(30 * time.Millisecond) // a map could be made in between
		}
	}
	c.isSynced(a)
	c.quiet(t)
	if diff := cmp.Diff(before, c.contents()); diff != "" {
		t.Errorf("maps while one reflector or the other failed (-before +then):\n%s", diff)
	}
}

// TestFurtherSpeaker has a further speaker of a topology tell a network of its own, bit by bit: no map shows a part
// of it.
func TestFurtherSpeaker(t *testing.T) {
	t.Parallel()
	const north, south, northPID, southPID = "6.6.7.1", "6.6.7.2", "pid100:06060701", "pid100:06060702"
	a, b := newEdge(t, "127.0.1.1"), newEdge(t, "127.0.1.2")
	tellPair(a)
	b.put(0, nodeNLRI(north), nodeNLRI(south), prefixNLRI(north, "10.7.1.0/24"), prefixNLRI(south, "10.7.2.0/24"))
	b.put(3, linkNLRI(north, south))
	b.put(4, linkNLRI(south, north))
	c, port := newEdgeChain(t, []*edge{a, b}, "SYNC_TIMEOUT=1s")
	c.start("bgp-ingest", "map-builder", "cost-builder")
	a.up(port)
	c.costsAre(routingID, pairCosts(7, 9))
	w := b.connect(port)
	for _, body := range append(b.greeting(), endOfRIB()) {
		_ = w.say(body)
		time.Sleep(30 * time.Millisecond) // a map could be made in between
	}
	both := pairCosts(7, 9)
	both[northPID], both[southPID] = map[string]float64{northPID: 0, southPID: 3}, map[string]float64{southPID: 0, northPID: 4}
	c.costsAre(routingID, both)
	if n := len(c.contents()[routingID]); n != 2 {
		t.Errorf("%d cost maps, want one without the further network and one with all of it", n)
	}
	if n := len(c.contents()[networkMapID]); n != 2 {
		t.Errorf("%d network maps, want one without the further network and one with all of it", n)
	}
}

// TestAttributesDiscarded tells a known link with a malformed attribute: the last known
// attributes stay, marked, until the next good UPDATE.
func TestAttributesDiscarded(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "127.0.1.1")
	tellPair(e)
	c, port := newEdgeChain(t, []*edge{e})
	c.start("bgp-ingest", "map-builder", "cost-builder")
	w := e.up(port)
	c.costsAre(routingID, pairCosts(7, 9))
	c.costsAre(hopCountID, pairCosts(1, 1))
	c.quiet(t)
	before := c.contents()

	link := linkNLRI(east, west)
	_ = w.say(malformedMetric(link))
	await(t, func() error { return differ("the link", "7 lost", c.told(e)[link.Key()]) })
	c.quiet(t)
	if diff := cmp.Diff(before, c.contents()); diff != "" || w.ended() {
		t.Errorf("an attribute was discarded; session over: %t, want false; maps (-before +then):\n%s", w.ended(), diff)
	}
	e.put(8, link)
	c.isSynced(e)
	c.costsAre(routingID, pairCosts(8, 9))
}

// malformedMetric tells a link with a TLV that is longer than the attribute.
func malformedMetric(link bgpls.NLRI) []byte {
	body := announce(igpMetric(1), link)
	body[len(body)-3] = 200 // length of the IGP metric, the last TLV
	return body
}

// TestNoEndOfRIB has a router that never ends its table: the first map waits for
// SYNC_TIMEOUT, and what it does not tell again goes after the stale time, when it counts
// as synced.
func TestNoEndOfRIB(t *testing.T) {
	t.Parallel()
	const timeout, keep = 4 * time.Second, 6 * time.Second
	e := newEdge(t, "127.0.1.1")
	tellPair(e)
	c, port := newEdgeChain(t, []*edge{e}, fmt.Sprint("STALE_TIME=", keep), fmt.Sprint("SYNC_TIMEOUT=", timeout))
	c.start("map-builder", "bgp-ingest")
	connected := time.Now()
	w := e.connect(port)
	_ = w.say(e.greeting()...)
	c.peerIs(e.source(), schemas.PeerEstablished)
	await(t, func() error { return c.tells(e) })
	c.networkMapIs(pairMap())
	// map-builder waits from the first record on: that of the peer, before it connected
	if waited := time.Since(connected); waited < timeout-time.Second || waited > timeout+2*time.Second {
		t.Errorf("the first map came %v after the router, want about %v", waited, timeout)
	}

	w.cut()
	e.drop(nodeNLRI(west), prefixNLRI(west, "10.6.2.0/24"), linkNLRI(west, east))
	before := c.told(e)
	back := time.Now()
	_ = e.connect(port).say(e.greeting()...)
	time.Sleep(keep - time.Second)
	if err := differ("what is told before the stale time is over", before, c.told(e)); err != nil {
		t.Error(err)
	}
	await(t, func() error { return c.tells(e) })
	if waited := time.Since(back); waited < keep || waited > keep+2*time.Second {
		t.Errorf("what was not told again was kept for %v, want %v", waited, keep)
	}
	c.peerIs(e.source(), schemas.PeerSynced)
}

// TestMaxObjects has a router that tells more than it may: it is said, its session
// is ended, and what it told within the limit is kept for the stale time.
func TestMaxObjects(t *testing.T) {
	t.Parallel()
	const limit = 10
	e, other := newEdge(t, "127.0.1.1"), newEdge(t, "127.0.1.2")
	tellPair(other)
	for i := range limit + 5 {
		e.put(0, nodeNLRI(fmt.Sprintf("6.6.7.%d", i)))
	}
	c, port := newEdgeChain(t, []*edge{e, other}, fmt.Sprint("MAX_OBJECTS=", limit))
	c.start("bgp-ingest")
	other.up(port)
	w := e.up(port)
	c.peerIs(e.source(), schemas.PeerStale)
	c.processes["bgp-ingest"].line(`level=ERROR msg="speaker tells more objects than MAX_OBJECTS.*source=` + e.source() + ` objects=10`)
	await(t, func() error {
		if !w.ended() {
			return errors.New("the session has not ended")
		}
		return nil
	})
	if n := len(c.told(e)); n != limit {
		t.Errorf("%d objects are kept, want those within the limit, %d", n, limit)
	}
	c.isSynced(other)
}

// TestHalfLinks has two routers tell one half each of the link between them: halves of two
// speakers make no link, for each may be a memory of what the other has long taken back. One that
// tells both halves does, and its loss takes the link away at once: the other one is whole, and sees
// this part of the network.
func TestHalfLinks(t *testing.T) {
	t.Parallel()
	a, b := newEdge(t, "127.0.1.1"), newEdge(t, "127.0.1.2")
	a.put(0, nodeNLRI(east), prefixNLRI(east, "10.6.1.0/24"))
	a.put(7, linkNLRI(east, west))
	b.put(0, nodeNLRI(west), prefixNLRI(west, "10.6.2.0/24"))
	b.put(9, linkNLRI(west, east))
	c, port := newEdgeChain(t, []*edge{a, b}, "STALE_TIME=20s")
	c.start("bgp-ingest", "map-builder", "cost-builder")
	w := a.up(port)
	b.up(port)
	c.costsAre(routingID, pairCosts(0, 0))
	a.put(9, linkNLRI(west, east))
	c.costsAre(routingID, pairCosts(7, 9))
	w.cut()
	c.costsAre(routingID, costs{westPID: {westPID: 0}, defaultPID: {defaultPID: 0}})
	a.up(port)
	c.costsAre(routingID, pairCosts(7, 9))
}

// TestFlappingPeer has a router that loses its session a hundred times, at any octet of
// its table: each session is taken at once, nothing leaks, and what it never withdrew is
// in every map.
func TestFlappingPeer(t *testing.T) {
	t.Parallel()
	const flaps = 100
	random := rand.New(rand.NewPCG(3, 1))
	e := newEdge(t, "127.0.1.1")
	tellPair(e)
	c, port := newEdgeChain(t, []*edge{e}, "STALE_TIME=1m")
	c.start("bgp-ingest", "map-builder")
	ingest := c.processes["bgp-ingest"]
	w := e.up(port)
	c.networkMapIs(pairMap())
	w.cut()
	files := openFiles(ingest)
	sessions := func() int { return ingest.count(`msg="session established"`) }
	for range flaps {
		e.comeAndGo(random)
		var whole []byte
		for _, body := range append(e.greeting(), endOfRIB()) {
			whole = append(whole, frame(updateType, body)...)
		}
		before, begin := sessions(), time.Now()
		for sessions() == before {
			w = e.connect(port)
			_ = w.write(whole[:min(len(whole), random.IntN(len(whole)*5/4))])
			for sessions() == before && !w.ended() {
				time.Sleep(time.Millisecond)
			}
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("it took %v until there was a session again", took)
		}
		w.cut()
	}
	e.stay(port)
	c.isSynced(e)
	await(t, func() error {
		if now := openFiles(ingest); now > files+3 {
			return fmt.Errorf("bgp-ingest has %d open files and had %d", now, files)
		}
		return nil
	})
	c.quiet(t)
	for i, r := range c.log(schemas.NetworkMapsTopic) {
		m, ok := r.value.(*schemas.NetworkMap)
		if !ok || len(m.NetworkMap[eastPID].IPv4) == 0 || len(m.NetworkMap[westPID].IPv4) == 0 {
			t.Fatalf("network map %d lacks what was never withdrawn: %v", i, r.value)
		}
	}
	if n := len(c.log(schemas.NetworkMapsTopic)); n < flaps/10 {
		t.Errorf("there were %d network maps, too few to prove anything", n)
	}
}

// comeAndGo puts some of a few objects into the table, which other objects stay in.
func (e *edge) comeAndGo(random *rand.Rand) {
	for i := range 10 {
		id := fmt.Sprintf("6.6.7.%d", i)
		node, prefix := nodeNLRI(id), prefixNLRI(id, fmt.Sprintf("10.7.%d.0/24", i))
		if random.IntN(2) == 0 {
			e.put(0, node, prefix)
		} else {
			e.drop(node, prefix)
		}
	}
}

// TestKilledIngest kills bgp-ingest several times while a router changes its table.
func TestKilledIngest(t *testing.T) {
	t.Parallel()
	const kills = 3
	random := rand.New(rand.NewPCG(10, 1))
	e := newEdge(t, "127.0.1.1")
	tellPair(e)
	c, port := newEdgeChain(t, []*edge{e})
	c.start("bgp-ingest")
	e.stay(port)
	c.isSynced(e)

	done := make(chan struct{})
	changed := make(chan int)
	go func() {
		changes := 0
		for random := rand.New(rand.NewPCG(10, 2)); ; changes++ {
			select {
			case <-done:
				changed <- changes
				return
			default:
			}
			e.change(random, 200)
			time.Sleep(time.Millisecond)
		}
	}()
	for range kills {
		time.Sleep(time.Duration(random.IntN(700)) * time.Millisecond)
		c.processes["bgp-ingest"].kill()
		c.start("bgp-ingest") // kfake takes five minutes to notice the death of one that is not ready
	}
	close(done)
	if n := <-changed; n < 100*kills {
		t.Errorf("the table changed %d times, too few to prove anything", n)
	}
	c.isSynced(e)
	c.neverWithdrawn(e, nodeNLRI(east), nodeNLRI(west), linkNLRI(east, west), linkNLRI(west, east))
}

// change changes one of n links, or has it come or go.
func (e *edge) change(random *rand.Rand, n int) {
	link := linkNLRI(fmt.Sprintf("6.7.%d.1", random.IntN(n)), "6.8.0.1")
	if random.IntN(4) == 0 {
		e.drop(link)
	} else {
		e.put(uint32(1+random.IntN(60000)), link)
	}
}
