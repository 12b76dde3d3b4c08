// Package publication is the maps of a builder's output table: what is to be published of each,
// and what the table holds of others.
package publication

import (
	"maps"
	"slices"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/parallel"
	"github.com/altostream/altostream/libs/stream"
)

// Maps are the maps of one partition, of records V and made of M. It is pure, as Step is.
type Maps[V, M any] struct {
	newWriter func(id string) *versioned.Writer[V, M]
	writers   map[string]*versioned.Writer[V, M]
	claimed   map[string]bool // since Restore; nil after Sweep
	problems  map[string]string
	// unfinished are the maps of which there is more to be put out, and alone is how often one went on without the others.
	unfinished map[string]bool
	alone      int
}

// mostAlone is how often in turn: a map that changes all the time has no end.
const mostAlone = 128

// New returns maps of which the table holds none.
func New[V, M any](newWriter func(id string) *versioned.Writer[V, M]) *Maps[V, M] {
	m := &Maps[V, M]{newWriter: newWriter}
	m.Forget()
	return m
}

// Forget forgets what the table holds: Restore tells it anew.
func (m *Maps[V, M]) Forget() {
	m.writers, m.claimed, m.problems = map[string]*versioned.Writer[V, M]{}, map[string]bool{}, map[string]string{}
	m.unfinished = map[string]bool{}
}

// Restore tells a record that the table holds; nil = gone.
func (m *Maps[V, M]) Restore(key string, v *V) {
	id, rest := versioned.ResourceOf(key)
	m.writer(id).Restore(rest, v)
}

func (m *Maps[V, M]) writer(id string) *versioned.Writer[V, M] {
	w := m.writers[id]
	if w == nil {
		w = m.newWriter(id)
		m.writers[id] = w
	}
	return w
}

// Holds reports whether the table holds anything of a map.
func (m *Maps[V, M]) Holds(id string) bool { return m.writers[id] != nil && m.writers[id].Holds() }

// Map is a map that is to be published, and what makes the record of its meta.
type Map[V, M any] struct {
	ID        string
	Of        M
	Unchanged bool // it is the one of that id that was to be published last
	Head      func(tag string) *V
}

// Publish puts maps out, side by side (versioned.Writer.Publish). Of those that take more than one call, the
// first is finished before the others go on: so readers have each sooner than if all took turns.
func (m *Maps[V, M]) Publish(all ...Map[V, M]) (out []stream.Output[V], more bool) {
	for _, p := range all {
		m.claim(p.ID)
	}
	begun := func(p Map[V, M]) bool { return m.unfinished[p.ID] }
	if i := slices.IndexFunc(all, begun); i >= 0 && m.alone < mostAlone {
		m.alone++
		return m.publish(all[i : i+1]), true
	}
	m.alone = 0
	out = m.publish(all)
	return out, slices.ContainsFunc(all, begun)
}

func (m *Maps[V, M]) publish(all []Map[V, M]) (out []stream.Output[V]) {
	writers, records, more := make([]*versioned.Writer[V, M], len(all)), make([][]versioned.Record[V], len(all)), make([]bool, len(all))
	for i, p := range all {
		writers[i] = m.writer(p.ID)
	}
	parallel.Each(len(all), 1, func() func(int) {
		return func(i int) {
			if p := all[i]; !p.Unchanged || !writers[i].Published(p.Head) {
				records[i], more[i] = writers[i].Publish(p.Of, p.Head)
			}
		}
	})
	for i, p := range all {
		m.unfinished[p.ID] = more[i]
		m.note(p.ID, writers[i].Problem())
		out = append(out, outputs(records[i])...)
	}
	return out
}

// Withdraw puts out that there is no such map. A reason that is a problem is told to operators.
func (m *Maps[V, M]) Withdraw(id, reason string, problem bool) []stream.Output[V] {
	m.claim(id)
	m.note(id, "")
	if problem {
		m.note(id, reason)
	}
	if m.writers[id] == nil {
		return nil
	}
	out := outputs(m.writers[id].Withdraw(reason))
	delete(m.writers, id)
	delete(m.unfinished, id)
	return out
}

// Sweep withdraws, once, what the table held and was neither published nor withdrawn since.
func (m *Maps[V, M]) Sweep() []stream.Output[V] {
	if m.claimed == nil {
		return nil
	}
	var out []stream.Output[V]
	for _, id := range slices.Sorted(maps.Keys(m.writers)) {
		if !m.claimed[id] {
			out = append(out, m.Withdraw(id, "", false)...)
		}
	}
	m.claimed = nil
	return out
}

// Size returns how many PIDs, and costs or prefixes, a map has.
func (m *Maps[V, M]) Size(id string) (rows, cells int) { return m.writer(id).Size() }

// Problems returns why maps that there should be cannot be published, by resource id.
func (m *Maps[V, M]) Problems() map[string]string { return maps.Clone(m.problems) }

func (m *Maps[V, M]) claim(id string) {
	if m.claimed != nil {
		m.claimed[id] = true
	}
}

func (m *Maps[V, M]) note(id, problem string) {
	if problem == "" {
		delete(m.problems, id)
		return
	}
	m.problems[id] = problem
}

func outputs[V any](records []versioned.Record[V]) []stream.Output[V] {
	out := make([]stream.Output[V], len(records))
	for i, r := range records {
		out[i] = stream.Output[V]{Key: r.Key, Value: r.Value, Reason: r.Reason}
	}
	return out
}
