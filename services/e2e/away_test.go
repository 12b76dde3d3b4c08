package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// startAlone starts a router that tells a pair of nodes, and bgp-ingest, which has heard
// its table.
func startAlone(t *testing.T, clients service.Config, address string) (*edge, *process, *wire) {
	t.Helper()
	e := newEdge(t, address)
	e.hold = 6 * time.Second
	tellPair(e)
	port := freeAddress(t)
	ingest := launch(t, "bgp-ingest", append(common(clients), "BGP_ASN=100", "BGP_LISTEN="+port, peersOf([]*edge{e}))...)
	ingest.awaitReady()
	w := e.up(port)
	ingest.line(`msg="table complete`)
	return e, ingest, w
}

// TestBrokerAway takes the broker away under a router that changes its table as fast as
// it can: bgp-ingest takes what its queue holds and no more until it has lost the lead of
// its replicas, the router is held back by TCP until then, memory is bounded and the
// session stays all the time, and in the end the table is the router's.
func TestBrokerAway(t *testing.T) {
	t.Parallel()
	const (
		away = 20 * time.Second
		// The queue takes 64 MiB of records (queue.buffering.max.kbytes) with some 500
		// octets of bookkeeping for each of 50,000; buffers of TCP are the kernel's.
		bound = 128 << 20
	)
	s := startServers(t, 1)
	clients := s.clients
	e, ingest, w := startAlone(t, clients, "127.0.1.1")
	flood := e.flood()
	awaitFor(t, patience, func() error { return flood.told(5000) })
	before := residentMemory(t, ingest)

	s.stop()
	gone := time.Now()
	// A router that is slow to fill the queue is not held back before the lead is lost.
	leadLost := func() bool { return ingest.count(`msg="no longer waiting" .*for=publication`) > 0 }
	awaitFor(t, away, func() error {
		if leadLost() {
			return nil
		}
		return flood.blocked()
	})
	taken := flood.count.Load()
	time.Sleep(time.Until(gone.Add(away)))
	grown := residentMemory(t, ingest) - before
	t.Logf("the router was held back, or the lead lost, after %d changes; bgp-ingest took %d MiB for them", taken, grown>>20)
	if grown > bound {
		t.Errorf("bgp-ingest has grown by %d MiB, want at most %d", grown>>20, bound>>20)
	}
	if w.ended() || ingest.count(`msg="session lost`) > 0 {
		t.Error("the session was lost while the broker was away")
	}

	s.resume()
	awaitFor(t, patience, func() error { return flood.told(taken + 5000) })
	flood.end()
	e.put(5, linkNLRI(east, west))
	awaitFor(t, 2*patience, func() error { return rawTable(t, clients, e) })
	if ingest.ended() || w.ended() || ingest.count(`msg="session lost`) > 0 {
		t.Error("the session was lost when the broker was back")
	}
}

// TestBrokerAwayForOneChange takes the broker away for longer than the consumer group
// waits, while a router changes one link: bgp-ingest and its session stay.
func TestBrokerAwayForOneChange(t *testing.T) {
	t.Parallel()
	s := startServers(t, 1)
	clients := s.clients
	e, ingest, w := startAlone(t, clients, "127.0.1.2")
	awaitFor(t, patience, func() error { return rawTable(t, clients, e) })

	s.stop()
	e.put(5, linkNLRI(east, west))
	time.Sleep(25 * time.Second)
	if ingest.ended() || w.ended() || ingest.count(`msg="session lost`) > 0 {
		t.Fatal("the session was lost while the broker was away")
	}
	s.resume()
	awaitFor(t, 2*patience, func() error { return rawTable(t, clients, e) })
	if ingest.ended() || w.ended() || ingest.count(`msg="session lost`) > 0 {
		t.Error("the session was lost when the broker was back")
	}
}

// flood is a router's table that changes as fast as it can.
type flood struct {
	count atomic.Int64 // changes told
	stop  atomic.Bool
	done  sync.WaitGroup

	last  int64 // count when blocked last saw it change
	since time.Time
}

func (e *edge) flood() *flood {
	f := &flood{}
	f.done.Go(func() {
		for random := rand.New(rand.NewPCG(9, 1)); !f.stop.Load(); f.count.Add(1) {
			e.change(random, 250)
		}
	})
	return f
}

func (f *flood) end() {
	f.stop.Store(true)
	f.done.Wait()
}

func (f *flood) told(n int64) error {
	if told := f.count.Load(); told < n {
		return fmt.Errorf("%d changes are told, want %d", told, n)
	}
	return nil
}

// blocked reports that changes are still taken.
func (f *flood) blocked() error {
	if n := f.count.Load(); n != f.last {
		f.last, f.since = n, time.Now()
	}
	if time.Since(f.since) < 2*time.Second {
		return fmt.Errorf("the router is not held back after %d changes", f.last)
	}
	return nil
}

// residentMemory returns VmRSS in octets.
func residentMemory(t testing.TB, p *process) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("there is no /proc")
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(text)
	if err != nil || found == nil {
		t.Fatalf("memory of %s: %v", p.name, err)
	}
	kib, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// rawTable reads raw-topology from the beginning and returns how it differs from an
// edge's table.
func rawTable(t *testing.T, clients service.Config, e *edge) error {
	t.Helper()
	registry, err := avro.Dial(clients.Registry())
	if err != nil {
		t.Fatal(err)
	}
	latest := map[string]*kafka.Message{}
	err = stream.Follow(t.Context(), clients, schemas.RawTopologyTopic, func(m *kafka.Message) error {
		latest[string(m.Key)] = m
		return nil
	}, func() error { return stream.ErrStop })
	if err != nil {
		return err
	}
	decode := decoder(t, registry, schemas.RawTopologyTopic)
	var records []record
	for _, m := range latest {
		records = append(records, newRecord(m, decode))
	}
	c := &chain{topics: &topics{records: map[string][]record{schemas.RawTopologyTopic: records}}}
	return c.tells(e)
}
