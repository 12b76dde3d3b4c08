package e2e

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// builders are the programs of which there are several instances.
var builders = []string{"map-builder", "cost-builder", "correlator"}

// fleetPartitions is how many partitions the fleet's topics have.
const fleetPartitions = 6

// fleet is several topologies, each with a router and a bgp-ingest, and several instances of
// each builder, which share them.
type fleet struct {
	*chain
	members map[string][]*process // by program; bgp-ingest and compute-ingest have one per topology or in all
	network []*topology
}

// topology is a pair of routers whose cost from east to west changes, and only rises.
type topology struct {
	*edge
	name string
	cost atomic.Uint32
	env  []string
}

func newFleet(t *testing.T, s *servers, topologies, instances int) *fleet {
	t.Helper()
	f := &fleet{
		chain:   &chain{t: t, topics: followTopics(t, s.clients), clients: s.clients, dir: t.TempDir()},
		members: map[string][]*process{},
	}
	f.copySeed("compute.json", "sites.json")
	f.env = map[string][]string{
		"compute-ingest": {"COMPUTE_SOURCES=seed=" + f.file("compute.json"), "COMPUTE_SITES=" + f.file("sites.json")},
	}
	f.add("compute-ingest")
	for i := range topologies {
		f.addTopology(t, fmt.Sprintf("t%d", i), fmt.Sprintf("127.0.2.%d", i+1))
	}
	for range instances {
		for _, name := range builders {
			f.add(name)
		}
	}
	f.follows(2 * patience)
	return f
}

func (f *fleet) addTopology(t *testing.T, name, address string) {
	n := &topology{edge: newEdge(t, address), name: name}
	tellPair(n.edge)
	n.cost.Store(7)
	port := freeAddress(t)
	n.env = []string{"TOPOLOGY=" + name, "BGP_ASN=100", "BGP_LISTEN=" + port, peersOf([]*edge{n.edge})}
	f.add("bgp-ingest", n.env...)
	n.stay(port)
	f.network = append(f.network, n)
}

// add starts one more instance of a program.
func (f *fleet) add(name string, env ...string) {
	f.members[name] = append(f.members[name], f.launch(name, env...))
}

func (f *fleet) launch(name string, env ...string) *process {
	return launch(f.t, name, append(append(common(f.clients), f.env[name]...), env...)...)
}

// change raises the costs of all topologies again and again until the returned function is
// called, which waits until the maps hold the last costs.
func (f *fleet) change() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
			for _, n := range f.network {
				n.put(n.cost.Add(1), linkNLRI(east, west))
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		f.follows(patience)
	}
}

// follows waits until the cost maps of all topologies hold costs that were told after now.
func (f *fleet) follows(d time.Duration) {
	f.t.Helper()
	for _, n := range f.network {
		told := float64(n.cost.Load())
		awaitFor(f.t, d, func() error {
			id := alto.CostMapID(n.name, "routingcost", alto.Numerical)
			m, err := value[schemas.CostMap](f.topics, schemas.CostMapsTopic, id)
			if err != nil {
				return err
			}
			if cost := m.CostMap[eastPID][westPID]; cost < told {
				return fmt.Errorf("%s has the cost %v, want %v or more", id, cost, told)
			}
			return nil
		})
	}
}

// onlyRises checks that no cost map was ever followed by one with a lower cost: by one that
// an instance had made before another one had its part, or from half of its inputs.
func (f *fleet) onlyRises() {
	f.t.Helper()
	last := map[string]float64{}
	for i, r := range f.log(schemas.CostMapsTopic) {
		m, ok := r.value.(*schemas.CostMap)
		if !ok {
			continue
		}
		cost := m.CostMap[eastPID][westPID]
		if cost < last[r.key] {
			f.t.Errorf("record %d of %s: %s has the cost %v after %v", i, schemas.CostMapsTopic, r.key, cost, last[r.key])
		}
		last[r.key] = cost
	}
}

// neverGone checks that no map was ever withdrawn.
func (f *fleet) neverGone() {
	f.t.Helper()
	for _, topic := range []string{schemas.NetworkMapsTopic, schemas.CostMapsTopic} {
		for i, r := range f.log(topic) {
			if r.raw == nil {
				f.t.Errorf("record %d of %s withdraws %s", i, topic, r.key)
			}
		}
	}
}

// TestScaled shares three topologies out among instances of each builder while all costs
// change: instances come, are killed, and are stopped for longer than the group waits. The maps
// follow within seconds and no map is ever wrong, half, or written over by a late one. A restart
// of everything, one by one, then changes no map, but for how current it is.
func TestScaled(t *testing.T) {
	t.Parallel()
	f := newFleet(t, startServers(t, fleetPartitions), 3, 2)
	stop := f.change()
	for _, name := range builders {
		f.add(name)
	}
	f.rebalanced("three instances")
	f.ready(2)
	for _, name := range builders {
		f.members[name][0].kill()
	}
	f.rebalanced("one killed")
	for _, name := range builders {
		f.members[name][0] = f.launch(name)
	}
	f.rebalanced("one added")
	f.ready(0)
	for _, name := range builders {
		f.signal(f.members[name][1], syscall.SIGSTOP)
	}
	f.rebalanced("one stopped")
	time.Sleep(2 * time.Second)
	for _, name := range builders {
		f.signal(f.members[name][1], syscall.SIGCONT)
	}
	f.rebalanced("and woken")
	stop()
	f.quiet(t)
	f.onlyRises()
	f.neverGone()
	checkEveryMap(t, f.topics)
	for _, topic := range schemas.Topics {
		checkNoRepeats(t, topic, f.log(topic))
	}
	f.restartAll()
}

// ready waits until an instance of each builder is ready, and the partitions are shared out. The embedded
// broker's group never comes to rest if an instance is stopped before.
func (f *fleet) ready(member int) {
	f.t.Helper()
	for _, name := range builders {
		f.members[name][member].awaitReady()
		awaitFor(f.t, 2*patience, func() error { return f.shared("altostream-" + name) })
	}
}

// shared returns an error until each partition is a member's, and all members have some.
func (f *fleet) shared(group string) error {
	return withAdmin(f.clients, func(ctx context.Context, admin *kafka.AdminClient) error {
		result, err := admin.DescribeConsumerGroups(ctx, []string{group})
		if err != nil {
			return err
		}
		g, partitions := result.ConsumerGroupDescriptions[0], 0
		for _, m := range g.Members {
			n := len(m.Assignment.TopicPartitions)
			if n == 0 {
				return fmt.Errorf("group %s: member %s has no partition", group, m.ConsumerID)
			}
			partitions += n
		}
		if partitions != fleetPartitions || g.State != kafka.ConsumerGroupStateStable {
			return fmt.Errorf("group %s is %s, with %d partitions shared out, want %d", group, g.State, partitions, fleetPartitions)
		}
		return nil
	})
}

// rebalanced waits until all maps follow the changes.
func (f *fleet) rebalanced(what string) {
	f.t.Helper()
	begin := time.Now()
	time.Sleep(500 * time.Millisecond)
	f.follows(2 * patience)
	f.t.Logf("%s: all maps follow after %v", what, time.Since(begin).Round(10*time.Millisecond))
}

func (f *fleet) signal(p *process, s syscall.Signal) {
	f.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		f.t.Fatal(err)
	}
}

// restartAll ends every process and starts another one in its place, one by one, and checks
// that nothing but the states of speakers was written.
func (f *fleet) restartAll() {
	f.t.Helper()
	maps, before := f.contents(), map[string]int{}
	for _, topic := range schemas.Topics {
		before[topic] = len(f.log(topic))
	}
	for name, members := range f.members {
		for i, p := range members {
			if status := p.terminate(); status != 0 {
				f.t.Errorf("%s ended with status %d, want 0", name, status)
			}
			var env []string
			if name == "bgp-ingest" {
				env = f.network[i].env
			}
			members[i] = f.launch(name, env...)
			members[i].awaitReady()
			if name == "bgp-ingest" {
				f.peerIsIn(f.network[i].name, f.network[i].source(), schemas.PeerSynced)
			}
		}
	}
	f.quiet(f.t)
	if diff := cmp.Diff(maps, f.contents()); diff != "" {
		f.t.Errorf("the restart changed maps (-before +after):\n%s", diff)
	}
	for _, topic := range []string{schemas.RawTopologyTopic, schemas.ComputeResourcesTopic, schemas.EndpointPropertiesTopic} {
		for _, r := range f.log(topic)[before[topic]:] {
			if _, freshness := alto.TopologyOf(r.key); freshness {
				continue // of the network map, whose speakers were away
			}
			if raw, ok := r.value.(*schemas.RawTopology); !ok || raw.Peer == nil {
				text := "nothing"
				if r.value != nil {
					text = canonicalText(f.t, r.value)
				}
				f.t.Errorf("the restart wrote %s to %s: %s", r.key, topic, text)
			}
		}
	}
}
