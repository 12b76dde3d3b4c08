package stream

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// toy puts out what it is told; at a flush it puts out late.
type toy struct {
	key   string
	value *string
	keep  bool
	wake  time.Duration
	flush bool
}

func toySpec(inputs int) Spec[[]Output[string], toy, string] {
	return Spec[[]Output[string], toy, string]{
		Name:   "toy",
		Inputs: make([]Input[toy], inputs),
		Init:   func() []Output[string] { return nil },
		Step: func(late []Output[string], e toy) ([]Output[string], []Output[string]) {
			if e.flush {
				return nil, late
			}
			o := Output[string]{Key: e.key, Value: e.value, Keep: e.keep, WakeAfter: e.wake}
			if e.key == "late" {
				return append(late, o), nil
			}
			return late, []Output[string]{o}
		},
		Flush: toy{flush: true},
		Wake:  func(name string) toy { return toy{key: name, value: new("woken")} },
	}
}

func put(key, value string) toy { return toy{key: key, value: &value} }

func flushed(m *Machine[[]Output[string], toy, string]) []string {
	changes, _ := m.Flush()
	var out []string
	for _, c := range changes {
		if c.Value == nil {
			out = append(out, c.Key+" gone")
		} else {
			out = append(out, c.Key+"="+*c.Value)
		}
	}
	return out
}

func TestMachine(t *testing.T) {
	one, two := "1", "2"
	for _, test := range []struct {
		name   string
		inputs int
		loaded map[string]string
		events []toy
		want   []string
	}{
		{name: "new", inputs: 1, events: []toy{put("a", one), put("b", two)}, want: []string{"a=1", "b=2"}},
		{name: "last counts", inputs: 1, events: []toy{put("a", one), put("b", one), put("a", two)}, want: []string{"b=1", "a=2"}},
		{name: "put and gone", inputs: 1, events: []toy{put("a", one), {key: "a"}}},
		{name: "equal to the table", inputs: 1, loaded: map[string]string{"a": one}, events: []toy{put("a", one)}},
		{name: "other than the table", inputs: 1, loaded: map[string]string{"a": one}, events: []toy{put("a", two)}, want: []string{"a=2"}},
		{name: "gone from the table", inputs: 1, loaded: map[string]string{"a": one}, events: []toy{{key: "a"}}, want: []string{"a gone"}},
		{name: "swept", inputs: 1, loaded: map[string]string{"a": one, "b": one, "c": one}, events: []toy{put("b", one)}, want: []string{"a gone", "c gone"}},
		{name: "kept", inputs: 1, loaded: map[string]string{"a": one}, events: []toy{{key: "a", keep: true}}},
		{name: "an ingest does not sweep", loaded: map[string]string{"a": one}},
		{name: "at the flush", inputs: 1, events: []toy{put("late", one), put("a", one)}, want: []string{"a=1", "late=1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := NewMachine(toySpec(test.inputs))
			for k, v := range test.loaded {
				m.Load(k, &v)
			}
			for _, e := range test.events {
				m.Apply(e, Cause{})
			}
			if diff := cmp.Diff(test.want, flushed(m)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if again := flushed(m); again != nil {
				t.Errorf("a second flush publishes %v", again)
			}
		})
	}
}

// TestMachineOfAnother compares with its table what another machine puts out, all of it at each flush.
func TestMachineOfAnother(t *testing.T) {
	one, other := NewMachine(toySpec(1)), NewMachine(toySpec(1).comparing())
	held := "1"
	for _, key := range []string{"a", "b"} {
		other.Load(key, &held)
	}
	for _, step := range []struct {
		name   string
		events [][]toy // of several flushes of the one, before one of the other
		want   []string
	}{
		{"swept", [][]toy{{put("a", "1"), put("late", "2")}}, []string{"late=2", "b gone"}},
		{"nothing new", [][]toy{{put("late", "2"), put("a", "1")}}, nil},
		{"the last counts", [][]toy{{put("a", "2"), put("c", "1")}, {{key: "c"}}, {put("a", "3")}}, []string{"a=3"}},
		{"back as it was", [][]toy{{put("a", "4")}, {put("a", "3")}}, nil},
	} {
		for _, events := range step.events {
			for _, e := range events {
				one.Apply(e, Cause{})
			}
			other.Take(one.Outputs())
		}
		if diff := cmp.Diff(step.want, flushed(other)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
	for range 10 * someOutputs { // while nothing can be published
		one.Apply(put("a", "5"), Cause{})
		other.Take(one.Outputs())
	}
	if n := len(other.pending); n > 2*someOutputs {
		t.Errorf("%d outputs are kept of one key", n)
	}
	if diff := cmp.Diff([]string{"a=5"}, flushed(other)); diff != "" {
		t.Errorf("in the end (-want +got):\n%s", diff)
	}
}

func TestMachineLoadsTombstones(t *testing.T) {
	m := NewMachine(toySpec(1))
	m.Load("a", new("1"))
	m.Load("a", nil)
	if got := flushed(m); got != nil {
		t.Errorf("published %v, though the table holds nothing", got)
	}
}

func TestMachineCause(t *testing.T) {
	at := func(s int64) Cause { return Cause{ObservedAt: time.Unix(s, 0)} }
	m := NewMachine(toySpec(1))
	m.Apply(put("a", "1"), at(10))
	m.Apply(put("a", "2"), at(30))
	m.Apply(put("a", "3"), at(20))
	if _, cause := m.Flush(); cause.ObservedAt.Unix() != 30 {
		t.Errorf("caught up at %v, want the latest, 30", cause.ObservedAt.Unix())
	}
	m.Apply(put("a", "1"), at(50))
	m.Apply(put("a", "2"), at(40))
	m.Apply(put("a", "3"), at(60))
	if _, cause := m.Flush(); cause.ObservedAt.Unix() != 40 {
		t.Errorf("live at %v, want the earliest, 40", cause.ObservedAt.Unix())
	}
	if _, cause := m.Flush(); !cause.ObservedAt.IsZero() {
		t.Errorf("cause of nothing = %v", cause.ObservedAt)
	}
}

func TestMachineAlarms(t *testing.T) {
	m := NewMachine(toySpec(1))
	m.Apply(toy{key: "w", wake: time.Second}, Cause{})
	if got := flushed(m); got != nil {
		t.Errorf("an alarm was published: %v", got)
	}
	if diff := cmp.Diff([]Alarm{{"w", time.Second}}, m.Alarms()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again := m.Alarms(); again != nil {
		t.Errorf("the same alarms again: %v", again)
	}
	m.Wake("w", time.Unix(1, 0))
	if diff := cmp.Diff([]string{"w=woken"}, flushed(m)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
