package e2e

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/altostream/altostream/schemas"
)

// What a replica writes when it publishes and when it does not.
const (
	publishes = `msg="this instance publishes"`
	standsBy  = `msg="another instance publishes; standing by"`
	resigns   = `msg="this instance stands by until it hears all speakers again`
)

// takeOverTime is how long it may take until a replica has the place of one that died.
const takeOverTime = 12 * time.Second

// replicas are two bgp-ingest with the same peers.
type replicas struct {
	*chain
	edge  *edge
	ports [2]string
	each  [2]*process
	wires [2]*wire
}

// newReplicas starts two replicas, has a router tell both its table and waits until
// one publishes it.
func newReplicas(t *testing.T, e *edge, env ...string) *replicas {
	t.Helper()
	tellPair(e)
	e.put(5, linkNLRI("6.6.6.8", east))
	r := &replicas{edge: e}
	r.chain, _ = newEdgeChain(t, []*edge{e}, env...)
	for i := range r.each {
		r.ports[i] = freeAddress(t)
		r.launch(i)
	}
	r.publisher()
	for i := range r.each {
		r.wires[i] = e.up(r.ports[i])
	}
	r.isSynced(e)
	r.quiet(t)
	return r
}

func (r *replicas) launch(i int) {
	r.t.Helper()
	env := append(common(r.clients), r.env["bgp-ingest"]...)
	r.each[i] = launch(r.t, "bgp-ingest", append(env, "BGP_LISTEN="+r.ports[i])...)
	r.each[i].awaitReady()
}

// publisher waits until of the replicas that run one publishes and the others do not,
// and returns its number.
func (r *replicas) publisher() (number int) {
	r.t.Helper()
	awaitFor(r.t, takeOverTime, func() error {
		n := 0
		for i, p := range r.each {
			if !p.ended() && p.lastOf(publishes, standsBy, resigns) == publishes {
				number = i
				n++
			}
		}
		if n != 1 {
			return errors.New("there is no instance, or more than one, that publishes")
		}
		return nil
	})
	return number
}

// lastOf returns which of some texts was written last.
func (p *process) lastOf(texts ...string) string {
	for _, line := range slices.Backward(p.last(-1)) {
		for _, text := range texts {
			if strings.Contains(line, text) {
				return text
			}
		}
	}
	return ""
}

// change changes an object of the edge's table, and takes another out and in again.
func (r *replicas) change(metric uint32) {
	r.edge.put(metric, linkNLRI(east, west))
	r.edge.drop(linkNLRI("6.6.6.8", east))
	r.edge.put(metric, linkNLRI("6.6.6.8", east))
}

// holds checks that the table is what the edge tells, after nothing was withdrawn and
// nothing told twice running.
func (r *replicas) holds() {
	r.t.Helper()
	r.isSynced(r.edge)
	r.quiet(r.t)
	r.isSynced(r.edge)
	r.neverWithdrawn(r.edge, nodeNLRI(east), nodeNLRI(west), linkNLRI(east, west), linkNLRI(west, east),
		prefixNLRI(east, "10.6.1.0/24"), prefixNLRI(west, "10.6.2.0/24"))
}

// changeOnce makes a change and checks that no step of it is told twice.
func (r *replicas) changeOnce(metric uint32) {
	r.t.Helper()
	before := len(r.objectRecords(r.edge))
	r.change(metric)
	r.holds()
	if n := len(r.objectRecords(r.edge)) - before; n > 3 { // less in the moment of a hand-over
		r.t.Errorf("a change in 3 steps was told in %d records", n)
	}
}

// TestReplicas has two instances share the work: each object is told once, and when the
// one that publishes is killed, or told to end, the other one goes on from there.
func TestReplicas(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "127.0.1.1")
	r := newReplicas(t, e)
	if n, objects := len(r.objectRecords(e)), len(r.told(e)); n != objects {
		t.Errorf("%d objects were told in %d records, want one for each", objects, n)
	}
	r.changeOnce(11)

	first := r.publisher()
	r.each[first].kill()
	killed := time.Now()
	r.change(12)
	if second := r.publisher(); second == first {
		t.Fatal("the replica that was killed publishes")
	}
	t.Logf("the replica took over after %v", time.Since(killed))
	r.holds()
	r.changeOnce(13)
	if n := r.states(e.source(), schemas.PeerStale); n != 0 {
		t.Errorf("the speaker became stale %d times when an instance was killed, want never", n)
	}

	r.launch(first)
	r.wires[first] = e.up(r.ports[first])
	r.holds()
	last := r.publisher()
	if status := r.each[last].terminate(); status != 0 {
		t.Errorf("the instance that published ended with status %d, want 0", status)
	}
	r.change(14)
	r.publisher()
	r.holds()
	checkNoRepeats(t, schemas.RawTopologyTopic, r.log(schemas.RawTopologyTopic))
}

// TestReplicaHearsOn pulls the cable between the router and the instance that
// publishes: the other one, which still hears it, goes on.
func TestReplicaHearsOn(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "127.0.1.1")
	e.hold = 3 * time.Second
	r := newReplicas(t, e, "STALE_TIME=3s")
	first := r.publisher()
	r.wires[first].pull()
	r.change(11)
	r.each[first].line(`msg="session lost`)
	lost := time.Now()
	await(t, func() error {
		if r.publisher() == first {
			return errors.New("the instance that lost its session still publishes")
		}
		return nil
	})
	r.holds()
	time.Sleep(time.Until(lost.Add(5 * time.Second))) // the stale time is over
	r.changeOnce(12)
	if r.publisher() == first {
		t.Error("the instance that lost its session publishes again")
	}
	r.wires[first] = e.up(r.ports[first])
	await(t, func() error {
		if r.each[first].lastOf(publishes, standsBy, resigns) == resigns {
			return errors.New("the instance that hears the router again is still no replica")
		}
		return nil
	})
	r.changeOnce(13)
}

// TestStoppedPublisher stops the instance that publishes for longer than the group waits
// for it: when it goes on, on what it has not read yet, another one publishes.
func TestStoppedPublisher(t *testing.T) {
	t.Parallel()
	e := newEdge(t, "127.0.1.1")
	r := newReplicas(t, e)
	for round := range uint32(2) {
		first := r.publisher()
		r.signal(first, syscall.SIGSTOP)
		r.change(20 + round)
		r.awaitPublisher(1 - first)
		r.change(30 + round)
		r.isSynced(e)
		r.signal(first, syscall.SIGCONT)
		r.change(40 + round)
		r.each[first].awaitReady()
		r.holds()
		r.publisher()
		r.changeOnce(50 + round)
	}
}

func (r *replicas) signal(i int, s syscall.Signal) {
	r.t.Helper()
	if err := r.each[i].cmd.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
}

// awaitPublisher waits until an instance publishes, whatever the other one says.
func (r *replicas) awaitPublisher(i int) {
	r.t.Helper()
	awaitFor(r.t, takeOverTime, func() error {
		if r.each[i].lastOf(publishes, standsBy) != publishes {
			return errors.New("the other instance does not publish")
		}
		return nil
	})
}
