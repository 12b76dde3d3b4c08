package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
)

// TestOneTagPerContent tells what real routers told, again and again, in other orders,
// with the ends of processes between, and proves of every record ever written: equal
// content has an equal tag, other content another, and none is written twice running.
func TestOneTagPerContent(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 5))
	var tellers []*teller
	for i, updates := range recording(t, "isis.mrt") {
		l := &teller{recorded: updates}
		l.table = shuffled(random, l.recorded)
		l.speaker = startSpeaker(t, fmt.Sprintf("127.0.0.%d", 41+i), asn, func() [][]byte { return append(slices.Clone(l.table), endOfRIB()) })
		tellers = append(tellers, l)
	}
	clients := startBroker(t, 1)
	c := &chain{t: t, topics: followTopics(t, clients), clients: clients, processes: map[string]*process{}}
	c.env = map[string][]string{"bgp-ingest": {"BGP_PEERS=" + tellers[0].peer() + "," + tellers[1].peer(), "BGP_ASN=100", "BGP_LISTEN=127.0.0.1:0"}}
	c.start("bgp-ingest", "map-builder", "cost-builder")
	var maps []alto.NetworkMap
	for round := range 4 {
		for _, l := range tellers {
			l.change(func() { l.table = shuffled(random, l.recorded) })
		}
		c.restartForRound(round, tellers)
		for range 2 {
			c.tellAll(random, tellers)
		}
		maps = append(maps, c.mapAfter(tellers[0].speaker, round))
	}
	for round, m := range maps {
		if err := differ(fmt.Sprintf("network map after round %d", round), maps[0], m); err != nil {
			t.Error(err)
		}
	}
	checkTags(t, c.log(schemas.NetworkMapsTopic))
	for _, topic := range schemas.Topics {
		checkNoRepeats(t, topic, c.log(topic))
	}
	checkEveryMap(t, c.topics)
}

// teller is a speaker with something recorded to say.
type teller struct {
	*speaker
	recorded [][]byte
	table    [][]byte // what it says first in a session
}

// restartForRound ends programs, in each round others and in another way.
func (c *chain) restartForRound(round int, tellers []*teller) {
	c.t.Helper()
	switch round {
	case 0:
		c.awaitSessions(tellers, 1)
		return
	case 1:
		c.processes["map-builder"].kill()
		c.start("map-builder")
		return
	case 2:
		c.processes["bgp-ingest"].kill()
		c.start("bgp-ingest")
	case 3:
		for _, name := range []string{"cost-builder", "map-builder", "bgp-ingest"} {
			c.processes[name].terminate()
		}
		c.start("map-builder", "bgp-ingest", "cost-builder")
	}
	c.awaitSessions(tellers, round)
}

func (c *chain) awaitSessions(tellers []*teller, n int) {
	c.t.Helper()
	await(c.t, func() error {
		for _, l := range tellers {
			if l.count() < n {
				return fmt.Errorf("%s has had %d sessions, want %d", l.address, l.count(), n)
			}
		}
		return nil
	})
}

// tellAll has each speaker say all that is recorded, in an order of its own, with a
// prefix that comes and goes between, and waits now and then until it is heard: so
// there are many maps on the way, some of them several times.
func (c *chain) tellAll(random *rand.Rand, tellers []*teller) {
	c.t.Helper()
	const chunk, extras = 5, 3
	extra := func(n int) bgpls.NLRI { return prefixNLRI("8.8.8.8", fmt.Sprintf("10.9.%d.0/24", n)) }
	there := [extras]bool{}
	for _, l := range tellers {
		for updates := range slices.Chunk(shuffled(random, l.recorded), chunk) {
			n := random.IntN(extras)
			there[n] = !there[n]
			toggle := withdraw(extra(n))
			if there[n] {
				toggle = announce(nil, extra(n))
			}
			c.sayAndAwait(l.speaker, updates...)
			c.sayAndAwait(tellers[0].speaker, toggle)
		}
	}
	for n := range extras {
		c.sayAndAwait(tellers[0].speaker, withdraw(extra(n)))
	}
}

// sayAndAwait says something and waits until bgp-ingest has heard it.
func (c *chain) sayAndAwait(s *speaker, updates ...[]byte) {
	c.t.Helper()
	const heard = "altostream_bgp_updates_total"
	ingest := c.processes["bgp-ingest"]
	want := ingest.counter(heard) + float64(len(updates))
	s.say(updates...)
	await(c.t, func() error {
		if n := ingest.counter(heard); n < want {
			return fmt.Errorf("bgp-ingest has heard %v updates, want %v", n, want)
		}
		return nil
	})
}

// mapAfter returns the network map that is made of all that was said before: it is the
// one after a mark that has come and gone.
func (c *chain) mapAfter(s *speaker, round int) alto.NetworkMap {
	c.t.Helper()
	const router, pid = "8.8.8.8", "pid100:08080808"
	prefix := fmt.Sprintf("10.8.%d.0/24", round)
	s.say(announce(nil, nodeNLRI(router)), announce(nil, prefixNLRI(router, prefix)))
	var latest alto.NetworkMap
	marked := func(is bool) func() error {
		return func() error {
			m, err := value[schemas.NetworkMap](c.topics, schemas.NetworkMapsTopic, networkMapID)
			if err != nil {
				return err
			}
			latest = m.NetworkMap
			if slices.Contains(latest[pid].IPv4, prefix) != is {
				return errors.New("the mark has not come or gone")
			}
			return nil
		}
	}
	await(c.t, marked(true))
	s.say(withdraw(nodeNLRI(router), prefixNLRI(router, prefix)))
	await(c.t, marked(false))
	return latest
}

// checkTags proves that tags and contents belong together one to one.
func checkTags(t *testing.T, log []record) {
	t.Helper()
	tagOf, contentOf := map[string]string{}, map[string]string{}
	for i, r := range log {
		m, ok := r.value.(*schemas.NetworkMap)
		if !ok {
			continue
		}
		text := canonicalText(t, m.NetworkMap)
		tag := m.Meta.VTag.Tag
		if known, ok := tagOf[text]; ok && known != tag {
			t.Errorf("network map %d has the tag %s and the content of an earlier one with %s", i, tag, known)
		}
		if known, ok := contentOf[tag]; ok && known != text {
			t.Errorf("network map %d has the tag %s of an earlier one with other content", i, tag)
		}
		tagOf[text], contentOf[tag] = tag, text
	}
	const enough = 10
	if len(tagOf) < enough || len(log) < 2*enough {
		t.Errorf("there were %d different network maps in %d records, too few to prove anything", len(tagOf), len(log))
	}
}

// checkNoRepeats proves that no record is followed by one of the same key and content.
func checkNoRepeats(t *testing.T, topic string, log []record) {
	t.Helper()
	last := map[string]string{}
	for i, r := range log {
		text := "withdrawn"
		if r.value != nil {
			text = canonicalText(t, r.value)
		}
		if last[r.key] == text {
			t.Errorf("%s: record %d of %s says what the one before said: %s", topic, i, r.key, text)
		}
		last[r.key] = text
	}
}

// canonicalText is JSON, whose members are sorted.
func canonicalText(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
