package stream

import (
	"slices"
	"strings"
	"time"
)

// Machine is a processor at work on one partition, without I/O: events in, changes
// of the output table out.
type Machine[S, E, V any] struct {
	spec      Spec[S, E, V]
	state     S
	published map[string]digest   // what the output table holds; unused with Spec.Exact
	unclaimed map[string]struct{} // held at the start and not put out yet; nil after the first flush
	pending   []Output[V]
	distinct  int // of the keys in pending there were as many when it was last looked, or fewer than someOutputs
	alarms    []Alarm
	cause     Cause
	heard     map[string]bool // by source: Output.Resign says that it is not, Output.Resume that it is
}

// someOutputs are not too many to keep without a look at what they have in common.
const someOutputs = 1024

// Alarm asks for Machine.Wake(Name) after a time.
type Alarm struct {
	Name  string
	After time.Duration
}

// Cause is where a change came from: when it reached the system, and the headers that have
// its W3C trace context, if it has one.
type Cause struct {
	ObservedAt time.Time
	trace      traceHeaders
}

// Change is one key of the output table that is to be written; a nil value means
// that the key goes.
type Change[V any] struct {
	Key    string
	Value  *V
	Reason string // why there is no value
}

// NewMachine returns a machine that knows nothing.
func NewMachine[S, E, V any](spec Spec[S, E, V]) *Machine[S, E, V] {
	return &Machine[S, E, V]{
		spec: spec, state: spec.Init(),
		published: map[string]digest{}, unclaimed: map[string]struct{}{}, heard: map[string]bool{},
	}
}

// Load tells, before the first flush or (Spec.Exact) before Spec.TakeOver, what the output table holds under a key.
func (m *Machine[S, E, V]) Load(key string, value *V) {
	if value == nil {
		delete(m.published, key)
		delete(m.unclaimed, key)
	} else if !m.spec.Exact {
		m.published[key] = m.digest(value)
		m.unclaimed[key] = struct{}{}
	}
	if m.spec.Restore != nil {
		m.step(m.spec.Restore(key, value))
	}
}

// LoadUnreadable tells, as Load does, that the output table holds a record
// under a key that cannot be read: it is replaced or withdrawn. It is restored as a
// record that says nothing.
func (m *Machine[S, E, V]) LoadUnreadable(key string) {
	if !m.spec.Exact {
		m.published[key] = digest{}
		m.unclaimed[key] = struct{}{}
	}
	if m.spec.Restore != nil {
		m.step(m.spec.Restore(key, new(V)))
	}
}

// Apply takes one event. Until the first flush the latest cause counts, afterwards
// the earliest since the last flush.
func (m *Machine[S, E, V]) Apply(e E, cause Cause) {
	m.note(cause)
	m.step(e)
}

func (m *Machine[S, E, V]) note(cause Cause) {
	if m.cause.ObservedAt.IsZero() || m.Live() == cause.ObservedAt.Before(m.cause.ObservedAt) {
		m.cause = cause
	}
}

// Wake takes the event that an alarm asked for.
func (m *Machine[S, E, V]) Wake(name string, at time.Time) {
	m.Apply(m.spec.Wake(name), Cause{ObservedAt: at})
}

// Forget forgets what the output table holds: Load tells it anew.
func (m *Machine[S, E, V]) Forget() {
	clear(m.published)
	m.unclaimed = map[string]struct{}{}
	m.Discard()
}

// Discard drops what was put out and not flushed.
func (m *Machine[S, E, V]) Discard() {
	clear(m.pending)
	m.pending = m.pending[:0]
}

// Live reports whether the first flush has been.
func (m *Machine[S, E, V]) Live() bool { return m.unclaimed == nil }

// Flush ends a batch and returns what has to be written, in order, and its cause.
func (m *Machine[S, E, V]) Flush() ([]Change[V], Cause) {
	m.step(m.spec.Flush)
	changes := m.changes()
	if m.unclaimed != nil && len(m.spec.Inputs) > 0 {
		changes = append(changes, m.sweep()...)
	}
	return changes, m.flushed()
}

// flushed ends a batch, and returns its cause.
func (m *Machine[S, E, V]) flushed() Cause {
	cause := m.cause
	m.cause, m.unclaimed = Cause{}, nil
	return cause
}

// Outputs ends a batch as Flush does, but returns all that was put out, for machines that compare it with their tables.
func (m *Machine[S, E, V]) Outputs() ([]Output[V], Cause) {
	m.step(m.spec.Flush)
	out := m.pending
	m.pending = nil
	return out, m.flushed()
}

// Take takes what another machine put out.
func (m *Machine[S, E, V]) Take(out []Output[V], cause Cause) {
	m.note(cause)
	m.pending = append(m.pending, out...)
	if len(m.pending) > 2*m.distinct {
		m.pending = latest(m.pending)
		m.distinct = max(len(m.pending), someOutputs)
	}
}

// Alarms returns the alarms asked for since the last call.
func (m *Machine[S, E, V]) Alarms() []Alarm {
	a := m.alarms
	m.alarms = nil
	return a
}

func (m *Machine[S, E, V]) step(e E) {
	var out []Output[V]
	m.state, out = m.spec.Step(m.state, e)
	m.pending = slices.Grow(m.pending, len(out))
	for _, o := range out {
		if o.Resign || o.Resume {
			m.heard[o.Key] = o.Resume
			continue
		}
		if o.WakeAfter > 0 {
			m.alarms = append(m.alarms, Alarm{Name: o.Key, After: o.WakeAfter})
			continue
		}
		m.pending = append(m.pending, o)
	}
}

// Resigned reports whether the processor wants another instance to publish.
func (m *Machine[S, E, V]) Resigned() bool {
	for _, heard := range m.heard {
		if !heard {
			return true
		}
	}
	return false
}

// changes reduces the pending outputs to those that differ from the output table.
func (m *Machine[S, E, V]) changes() []Change[V] {
	defer func() {
		clear(m.pending)
		m.pending = m.pending[:0]
	}()
	if m.spec.Exact {
		changes := make([]Change[V], len(m.pending))
		for i, o := range m.pending {
			changes[i] = Change[V]{o.Key, o.Value, o.Reason}
		}
		return changes
	}
	out := latest(m.pending)
	digests := m.digests(out)
	if len(m.published) == 0 {
		m.published = make(map[string]digest, len(out))
	}
	changes := make([]Change[V], 0, len(out))
	for i, o := range out {
		delete(m.unclaimed, o.Key)
		if !o.Keep && m.differs(o, digests[i]) {
			changes = append(changes, Change[V]{o.Key, o.Value, o.Reason})
		}
	}
	return changes
}

// latest returns the last of the outputs for each key, in order.
func latest[V any](out []Output[V]) []Output[V] {
	if ascends(out) {
		return out
	}
	last := make(map[string]int, len(out))
	for i, o := range out {
		last[o.Key] = i
	}
	kept := out[:0]
	for i, o := range out {
		if last[o.Key] == i {
			kept = append(kept, o)
		}
	}
	return kept
}

// ascends reports whether each key is greater than the one before.
func ascends[V any](out []Output[V]) bool {
	for i := 1; i < len(out); i++ {
		if out[i-1].Key >= out[i].Key {
			return false
		}
	}
	return true
}

// differs reports whether the output table holds something else, and notes that it
// is about to hold o, whose digest is d.
func (m *Machine[S, E, V]) differs(o Output[V], d digest) bool {
	held, ok := m.published[o.Key]
	if o.Value == nil {
		delete(m.published, o.Key)
		return ok
	}
	m.published[o.Key] = d
	return !ok || d != held
}

// sweep withdraws what the output table held at the start and the state does not
// yield.
func (m *Machine[S, E, V]) sweep() []Change[V] {
	var changes []Change[V]
	for key := range m.unclaimed {
		delete(m.published, key)
		changes = append(changes, Change[V]{Key: key})
	}
	slices.SortFunc(changes, func(a, b Change[V]) int { return strings.Compare(a.Key, b.Key) })
	return changes
}
