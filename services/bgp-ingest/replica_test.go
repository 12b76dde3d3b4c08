package bgpingest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/seeds"
	"github.com/altostream/altostream/libs/stream"
)

// replicas are two instances with one output table; both hear the speakers, one
// publishes.
type replicas struct {
	*table
	machines [2]*stream.Machine[*State, Event, avro.Encoded]
	lead     int
}

func newReplicas(t *testing.T) *replicas {
	r := &replicas{table: newTable(t)}
	for i := range r.machines {
		r.start(i)
	}
	r.takeOver(0)
	return r
}

// start starts an instance anew.
func (r *replicas) start(i int) {
	r.machines[i] = stream.NewMachine(Spec(Config{Topology: "net", StaleTime: staleTime, MaxObjects: 1_000_000}, r.serde))
}

// takeOver makes an instance the one that publishes, and returns how many records that
// changed.
func (r *replicas) takeOver(i int) int {
	r.load(i)
	return r.tell(i, TakenOver{})
}

// load has an instance that is to take over read the table.
func (r *replicas) load(i int) {
	r.tell(r.lead, StoodBy{})
	r.lead = i
	for key, record := range r.records {
		b, err := r.serde.Encode(record)
		if err != nil {
			panic(err)
		}
		r.machines[i].Load(key, (*avro.Encoded)(&b))
	}
}

// tell gives an event to one instance and returns how many records that changed.
func (r *replicas) tell(i int, e Event) int {
	r.machine = r.machines[i]
	r.machine.Apply(e, stream.Cause{})
	changes, _ := r.machine.Flush()
	if i != r.lead && len(changes) > 0 {
		panic(fmt.Sprintf("an instance that stands by puts out %v", changes))
	}
	r.write(changes)
	return len(changes)
}

func (r *replicas) both(events ...Event) {
	for _, e := range events {
		r.tell(0, e)
		r.tell(1, e)
	}
}

// TestReplica moves the lead between two instances at any moment of random sessions: the
// table holds what the speaker said last, and a hand-over without a difference changes
// nothing.
func TestReplica(t *testing.T) {
	for seed := range seeds.Of(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		r := newReplicas(t)
		r.both(Configured{Source: "s", ASN: 1})
		has := map[byte]bool{}
		for range 4 {
			r.both(Up{Source: "s", ASN: 1})
			for id := range has {
				r.both(reach("s", id))
			}
			for range 8 {
				id := byte(1 + random.IntN(3))
				if has[id] = random.IntN(2) == 0; has[id] {
					r.both(reach("s", id))
				} else {
					delete(has, id)
					r.both(unreach("s", id))
				}
				if random.IntN(3) == 0 {
					r.takeOver(1 - r.lead)
				}
			}
			r.both(endOfRIB("s"))
			var ids []byte
			for id := range has {
				ids = append(ids, id)
			}
			want := fmt.Sprint("synced ", sorted(hexIDs(ids)))
			if got := r.state("s"); got != want {
				t.Fatalf("seed %d: %s, want %s", seed, got, want)
			}
			if n := r.takeOver(1 - r.lead); n > 0 {
				t.Fatalf("seed %d: a hand-over between equals changes %d records", seed, n)
			}
			if random.IntN(2) == 0 {
				r.both(Down{Source: "s"})
			} else { // one of them loses its session, not the router
				r.tell(random.IntN(2), Down{Source: "s"})
			}
		}
	}
}

func hexIDs(ids []byte) (out []string) {
	for _, id := range ids {
		out = append(out, fmt.Sprintf("%08x", id))
	}
	return out
}

// TestReplicaStillHears withdraws nothing when the instance that publishes loses its
// session and hands over to one that has not.
func TestReplicaStillHears(t *testing.T) {
	r := newReplicas(t)
	r.both(Configured{Source: "s", ASN: 1}, Up{Source: "s", ASN: 1}, reach("s", 1, 2), endOfRIB("s"))
	before := fmt.Sprint(r.state("s"))
	r.tell(0, Down{Source: "s"})
	if got := r.state("s"); got != "stale [1 2]" {
		t.Errorf("after the loss: %s", got)
	}
	r.takeOver(1)
	r.tell(0, StaleTimeOver{Source: "s", epoch: "3"})
	if got := r.state("s"); got != before {
		t.Errorf("after the hand-over: %s, want %s", got, before)
	}
}

// TestReplicaResigns wants another instance to publish from the loss of a session until
// the speaker has told its table again, whoever publishes meanwhile.
func TestReplicaResigns(t *testing.T) {
	r := newReplicas(t)
	for i, machine := range r.machines {
		r.tell(i, Configured{Source: "s", ASN: 1})
		for _, step := range []struct {
			event Event
			want  bool
		}{
			{Up{Source: "s", ASN: 1}, false}, {endOfRIB("s"), false}, {Down{Source: "s"}, true},
			{Up{Source: "s", ASN: 1}, true}, {Down{Source: "s"}, true}, {Up{Source: "s", ASN: 1}, true},
			{endOfRIB("s"), false}, {Down{Source: "s"}, true}, {Up{Source: "s", ASN: 1}, true},
			{StaleTimeOver{Source: "s", epoch: "8"}, true}, {StaleTimeOver{Source: "s", epoch: "8"}, false}, // there is no End-of-RIB
		} {
			r.tell(i, step.event)
			if got := machine.Resigned(); got != step.want {
				t.Errorf("instance %d, after %T: wants another instance: %t, want %t", i, step.event, got, step.want)
			}
		}
	}
}

// TestReplicaNeverHeard wants another instance to publish when a configured speaker has had time for a
// session with this one and has none, also while that one stands by; until it has told its table.
func TestReplicaNeverHeard(t *testing.T) {
	r := newReplicas(t)
	for i, machine := range r.machines {
		r.tell(i, Configured{Source: "s", ASN: 1})
		r.tell(i, Configured{Source: "heard", ASN: 1})
		r.tell(i, Up{Source: "heard", ASN: 1})
		var due []string
		for _, alarm := range machine.Alarms() {
			if event, ok := Spec(Config{}, r.serde).Wake(alarm.Name).(FirstSessionDue); ok {
				due = append(due, event.Source)
				if alarm.After >= staleTime {
					t.Errorf("%s is due after %v, when its objects are gone", event.Source, alarm.After)
				}
			}
		}
		if diff := cmp.Diff([]string{"s", "heard"}, due); diff != "" {
			t.Errorf("(-want +due):\n%s", diff)
		}
		for _, step := range []struct {
			event Event
			want  bool
		}{
			{FirstSessionDue{"heard"}, false}, {FirstSessionDue{"s"}, true}, {Up{Source: "s", ASN: 1}, true},
			{endOfRIB("s"), false}, {FirstSessionDue{"s"}, false},
		} {
			r.tell(i, step.event)
			if got := machine.Resigned(); got != step.want {
				t.Errorf("instance %d, after %T: wants another instance: %t, want %t", i, step.event, got, step.want)
			}
		}
	}
}

// TestReplicaHearsWhileItReads has the speaker say things while the instance that is to
// take over reads the table: what is gone by then is withdrawn all the same.
func TestReplicaHearsWhileItReads(t *testing.T) {
	for name, says := range map[string][]Event{
		"withdrawn":                  {unreach("s", 1), unreach("s", 2)},
		"withdrawn twice":            {unreach("s", 1, 2), unreach("s", 1, 2)},
		"changed, then withdrawn":    {Update{Source: "s", Update: bgpls.Update{Reach: nodes(1), AttributesLost: true}}, unreach("s", 1, 2)},
		"not told again":             {Down{Source: "s"}, Up{Source: "s", ASN: 1}, reach("s", 3), endOfRIB("s")},
		"not told again, but others": {RefreshBegun{"s", bgp.LinkState}, reach("s", 3), RefreshEnded{"s", bgp.LinkState}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReplicas(t)
			r.both(Configured{Source: "s", ASN: 1}, Up{Source: "s", ASN: 1}, reach("s", 1, 2, 3), endOfRIB("s"))
			r.load(1)
			for _, e := range says {
				r.tell(1, e)
			}
			r.tell(1, TakenOver{})
			if got := r.state("s"); got != "synced [3]" {
				t.Errorf("%s, want synced [3]", got)
			}
		})
	}
}

// TestReplicaSpeakerLeft marks a speaker stale that the former instance heard and this
// one does not.
func TestReplicaSpeakerLeft(t *testing.T) {
	r := newReplicas(t)
	r.both(Configured{Source: "s", ASN: 1})
	r.tell(0, Up{Source: "s", ASN: 1})
	r.tell(0, reach("s", 1, 2))
	r.tell(0, endOfRIB("s"))
	r.takeOver(1)
	if got := r.state("s"); got != "stale [1 2]" {
		t.Errorf("%s, want stale [1 2]", got)
	}
	r.tell(1, Up{Source: "s", ASN: 1})
	r.tell(1, reach("s", 2))
	r.tell(1, endOfRIB("s"))
	if got := r.state("s"); got != "synced [2]" {
		t.Errorf("%s, want synced [2]", got)
	}
}

// TestReplicaAttributesLost takes over an object whose attributes this instance never
// got from the table.
func TestReplicaAttributesLost(t *testing.T) {
	r := newReplicas(t)
	name := "r1"
	r.tell(0, Up{Source: "s", ASN: 1})
	r.tell(0, Update{Source: "s", Update: bgpls.Update{Reach: nodes(1), Attributes: &bgpls.Attributes{NodeName: &name}}})
	lost := Update{Source: "s", Update: bgpls.Update{Reach: nodes(1), AttributesLost: true}}
	r.tell(0, lost)
	r.tell(1, Up{Source: "s", ASN: 1})
	r.tell(1, lost)
	before := r.records[key("net", "s", new(nodeNLRI(1)))]
	r.takeOver(1)
	if diff := cmp.Diff(before, r.records[key("net", "s", new(nodeNLRI(1)))]); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
