package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/e2e/cluster"
)

// faults is a topology whose costs change all the time, on a cluster of its own.
type faults struct {
	*fleet
	cluster *cluster.Cluster
	memory  map[*process]int
}

// startCluster starts brokers with the five topics for one test alone.
func startCluster(t *testing.T, config cluster.Config) (*cluster.Cluster, service.Config) {
	t.Helper()
	if !onKafka() {
		t.Skipf("a fault of Apache Kafka's brokers; set %s=1", kafkaVariable)
	}
	if config.Dir == "" {
		config.Dir = t.TempDir()
	}
	registry, err := sharedRegistry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := cluster.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	clients := service.Config{KafkaBootstrapServers: c.Bootstrap(), SchemaRegistryURL: registry.URL()}
	if err := createTopics(clients, 1, max(config.Brokers, 1), schemas.Topics...); err != nil {
		t.Fatal(err)
	}
	return c, clients
}

// newFaults starts brokers and one topology with one instance of each program.
func newFaults(t *testing.T, config cluster.Config) *faults {
	t.Helper()
	c, clients := startCluster(t, config)
	return faultsOn(t, c, clients)
}

// faultsOn starts one topology with one instance of each program.
func faultsOn(t *testing.T, c *cluster.Cluster, clients service.Config) *faults {
	t.Helper()
	f := &faults{fleet: newFleet(t, &servers{clients: clients}, 1, 1), cluster: c, memory: map[*process]int{}}
	for _, members := range f.members {
		for _, p := range members {
			f.memory[p] = residentMemory(t, p)
		}
	}
	return f
}

// recovered waits until the maps follow again, and checks that every process is still the
// same and no larger than its queues allow.
func (f *faults) recovered(what string) {
	f.t.Helper()
	const bound = 128 << 20
	f.rebalanced(what)
	for p, before := range f.memory {
		if p.ended() {
			f.t.Errorf("%s: %s has ended", what, p.name)
		} else if grown := residentMemory(f.t, p) - before; grown > bound {
			f.t.Errorf("%s: %s has grown by %d MiB, want at most %d", what, p.name, grown>>20, bound>>20)
		}
		if n := p.count(`msg="session lost`); n > 0 {
			f.t.Errorf("%s: %d sessions with routers were lost", what, n)
		}
	}
}

// equalsUndisturbed checks that the tables hold what those of a run without faults do: what the
// router tells, and the maps made from it.
func (f *faults) equalsUndisturbed() {
	f.t.Helper()
	n := f.network[0]
	cost := float64(n.cost.Load())
	again := followTopics(f.t, f.clients) // from the beginning, as a consumer who comes late
	await(f.t, func() error {
		network, err := value[schemas.NetworkMap](again, schemas.NetworkMapsTopic, "networkmap-"+n.name)
		if err != nil {
			return err
		}
		costs, err := value[schemas.CostMap](again, schemas.CostMapsTopic, "costmap-"+n.name+"-routingcost")
		if err != nil {
			return err
		}
		hops, err := value[schemas.CostMap](again, schemas.CostMapsTopic, "costmap-"+n.name+"-hopcount")
		if err != nil {
			return err
		}
		return errors.Join(
			differ("network map", pairMap(), network.NetworkMap),
			differ("costs", pairCosts(cost, 9), costs.CostMap),
			differ("hops", pairCosts(1, 1), hops.CostMap),
			differ("dependent tag", network.Meta.VTag, costs.Meta.DependentVTags[0]),
			(&chain{t: f.t, topics: again}).tellsIn(n.name, n.edge),
		)
	})
	checkEveryMap(f.t, again)
	f.onlyRises()
}

// TestThreeBrokers kills brokers of three while all costs change, one after the other, and ends one.
func TestThreeBrokers(t *testing.T) {
	t.Parallel()
	f := newFaults(t, cluster.Config{Brokers: 3})
	stop := f.change()
	for _, b := range f.cluster.Brokers {
		b.Kill()
		f.recovered("a broker killed")
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.recovered("and back")
	}
	b := f.cluster.Brokers[0] // whose partitions get other leaders at once
	b.Stop()
	f.recovered("a broker ended")
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.recovered("and back")
	stop()
	f.equalsUndisturbed()
	f.neverGone()
}

// TestAllBrokersAway takes three brokers away for two minutes while all costs change.
func TestAllBrokersAway(t *testing.T) {
	t.Parallel()
	f := newFaults(t, cluster.Config{Brokers: 3})
	stop := f.change()
	f.cluster.Stop()
	time.Sleep(2 * time.Minute)
	if err := f.cluster.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.recovered("all brokers away for two minutes")
	stop()
	f.equalsUndisturbed()
	f.neverGone()
}

// TestRegistryAway takes the registry away while all costs change: those who know the schemas go
// on, who comes without says so, and goes on when the registry is back.
func TestRegistryAway(t *testing.T) {
	t.Parallel()
	c, clients := startCluster(t, cluster.Config{})
	registry := ownRegistry(t)
	clients.SchemaRegistryURL = registry.URL()
	f := faultsOn(t, c, clients)
	stop := f.change()
	if err := registry.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	f.recovered("registry away")
	p := f.members["cost-builder"][0]
	p.kill()
	delete(f.memory, p)
	f.add("cost-builder")
	late := f.members["cost-builder"][1]
	late.line(`level=(ERROR|WARN) .*SCHEMA_REGISTRY_URL`)
	wantNotReady(t, late)
	if err := registry.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	f.recovered("and back")
	stop()
	f.equalsUndisturbed()
	f.neverGone()
}

// TestDiskFull fills the broker's disk, which ends it; with room again, and started, all goes on.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	if !onKafka() {
		t.Skipf("a fault of Apache Kafka's brokers; set %s=1", kafkaVariable)
	}
	dir := smallDisk(t, "64m")
	f := newFaults(t, cluster.Config{Dir: dir, Properties: map[string]string{"log.index.size.max.bytes": "65536", "log.segment.bytes": "4194304"}})
	stop := f.change()
	filler := filepath.Join(dir, "filler")
	if err := exec.Command("dd", "if=/dev/zero", "of="+filler, "bs=64k").Run(); err == nil {
		t.Fatal("the disk is not full")
	}
	awaitFor(t, 2*patience, func() error {
		if f.cluster.Brokers[0].Ended() {
			return nil
		}
		return errors.New("the broker goes on without disk")
	})
	time.Sleep(5 * time.Second)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := f.cluster.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.recovered("disk full")
	stop()
	f.equalsUndisturbed()
	f.neverGone()
}

// smallDisk mounts a file system of a size in memory.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		if os.Getenv("CI") == "" && errors.Is(err, syscall.EPERM) {
			t.Skip("mounting needs root")
		}
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// TestTopicRecreated deletes each topic under the running services and creates it again: what it
// has to hold comes back. While raw-topology is empty there are no maps, rather than wrong ones.
func TestTopicRecreated(t *testing.T) {
	t.Parallel()
	f := newFaults(t, cluster.Config{})
	for _, topic := range []string{schemas.CostMapsTopic, schemas.NetworkMapsTopic, schemas.RawTopologyTopic} {
		if err := withAdmin(f.clients, func(ctx context.Context, admin *kafka.AdminClient) error {
			results, err := admin.DeleteTopics(ctx, []string{topic}, kafka.SetAdminOperationTimeout(patience))
			if err != nil {
				return err
			}
			return topicErrors(results)
		}); err != nil {
			t.Fatal(err)
		}
		await(t, func() error { return createTopics(f.clients, 1, 1, topic) })
		n := f.network[0]
		n.put(n.cost.Add(1), linkNLRI(east, west))
		f.equalsUndisturbed()
	}
}
