package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/mrt"
	"github.com/altostream/altostream/schemas"
)

// TestOneTagPerContent tells what real routers told, again and again, in other orders,
// with the ends of processes between, and proves of every record ever written: equal
// content has an equal tag, other content another, and none is written twice running.
func TestOneTagPerContent(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 5))
	recorded := recording(t, "ospf.mrt")
	var table [][]byte // what the speaker says in each session, in order
	s := startSpeaker(t, "127.0.0.24", asn, func() [][]byte { return append(slices.Clone(table), endOfRIB()) })
	clients := startBroker(t, 1)
	c := &chain{t: t, topics: followTopics(t, clients), clients: clients, processes: map[string]*process{}}
	c.env = map[string][]string{"bgp-ingest": {"BGP_PEERS=" + s.peer(), "BGP_ASN=100", "BGP_LISTEN=127.0.0.1:0"}}
	table = shuffled(random, recorded)
	c.start("bgp-ingest", "map-builder", "cost-builder")
	c.marked(s, 0)
	for round := range 4 {
		switch round {
		case 1:
			c.processes["map-builder"].kill()
			s.say(shuffled(random, recorded)...)
			c.start("map-builder")
		case 2:
			s.change(func() { table = shuffled(random, recorded) })
			c.processes["bgp-ingest"].kill()
			c.start("bgp-ingest")
		case 3:
			for _, name := range []string{"cost-builder", "map-builder", "bgp-ingest"} {
				c.processes[name].terminate()
			}
			c.start("map-builder", "bgp-ingest", "cost-builder")
		}
		if s.count() == 0 {
			t.Fatal("there is no session")
		}
		for range 2 { // the second time in the same order
			s.say(shuffled(random, recorded)...)
		}
		c.marked(s, round+1)
	}
	checkTags(t, c.log(schemas.NetworkMapsTopic))
	for _, topic := range schemas.Topics {
		checkNoRepeats(t, topic, c.log(topic))
	}
	checkEveryMap(t, c.topics)
}
