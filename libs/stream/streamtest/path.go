package streamtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/altostream/altostream/libs/stream"
)

// path is one way through a history: a machine, and the compacted output topic that
// it writes.
type path[S, E, V any] struct {
	spec    stream.Spec[S, E, V]
	rng     *rand.Rand
	flushes float64 // probability of a flush after an event
	machine *stream.Machine[S, E, V]
	read    []Keyed[E]     // what the input topics hold
	output  map[string]*V  // as decoded from Avro; nil = cannot be read
	written map[string]int // how many records had been written when a key was, last
	records int
	as      func([]stream.Change[V]) map[string]string // nil: as it is
}

func newPath[S, E, V any](spec stream.Spec[S, E, V], as func([]stream.Change[V]) map[string]string, seed uint64) *path[S, E, V] {
	return &path[S, E, V]{
		spec: spec, rng: rand.New(rand.NewPCG(seed, 0)), machine: stream.NewMachine(spec), output: map[string]*V{},
		written: map[string]int{}, as: as,
	}
}

// take shows records to the machine, with flushes in between.
func (p *path[S, E, V]) take(records []Keyed[E]) error {
	p.read = append(p.read, records...)
	for _, k := range records {
		p.machine.Apply(k.Event, stream.Cause{})
		if p.rng.Float64() < p.flushes {
			if _, err := p.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush ends a batch, writes the changes to the output and returns them. A change
// that changes nothing is an error: it would be published for nothing.
func (p *path[S, E, V]) flush() ([]stream.Change[V], error) {
	var all []stream.Change[V]
	for goesOn := true; goesOn; {
		changes, _ := p.machine.Flush()
		if err := p.write(changes); err != nil {
			return nil, err
		}
		all, goesOn = append(all, changes...), false
		for _, alarm := range p.machine.Alarms() {
			if alarm.After <= atOnce {
				p.machine.Wake(alarm.Name, time.Time{})
				goesOn = true
			}
		}
	}
	return all, nil
}

// atOnce is how soon an alarm is that belongs to a flush: the others do not go off.
const atOnce = time.Millisecond

func (p *path[S, E, V]) write(changes []stream.Change[V]) error {
	for _, c := range changes {
		p.records++
		p.written[c.Key] = p.records
		held, ok := p.output[c.Key]
		if c.Value == nil {
			if !ok {
				return fmt.Errorf("%s is withdrawn but did not exist", c.Key)
			}
			delete(p.output, c.Key)
			continue
		}
		value, err := p.throughAvro(c.Value)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Key, err)
		}
		if held != nil && p.text(held) == p.text(value) {
			return fmt.Errorf("%s is published again without a change: %s", c.Key, p.text(value))
		}
		p.output[c.Key] = value
	}
	return nil
}

// throughAvro returns a record as its reader has it.
func (p *path[S, E, V]) throughAvro(v *V) (*V, error) {
	b, err := p.spec.Output.Serde.Encode(v)
	if err != nil {
		return nil, err
	}
	return p.spec.Output.Serde.Decode(b)
}

// restart replaces the machine by a new one that has read the output topic and, in
// any order, the input topics: whole or compacted. It does not flush.
func (p *path[S, E, V]) restart() {
	p.machine = stream.NewMachine(p.spec)
	for _, c := range p.table() {
		if c.Value != nil {
			p.machine.Load(c.Key, c.Value)
		} else {
			p.machine.LoadUnreadable(c.Key)
		}
	}
	if p.rng.IntN(2) == 0 {
		p.read = compact(p.read)
	}
	if p.rng.IntN(2) == 0 {
		p.read = existing(compact(p.read))
	}
	p.read = interleave(p.rng, p.read)
	for _, k := range p.read {
		p.machine.Apply(k.Event, stream.Cause{})
	}
}

// table is the compacted output topic.
func (p *path[S, E, V]) table() []stream.Change[V] {
	var table []stream.Change[V]
	for key, value := range p.output {
		table = append(table, stream.Change[V]{Key: key, Value: value})
	}
	slices.SortFunc(table, func(a, b stream.Change[V]) int { return p.written[a.Key] - p.written[b.Key] })
	return table
}

// content is the compacted output: key → canonical JSON, or as readers have it.
func (p *path[S, E, V]) content() map[string]string {
	if p.as != nil {
		return p.as(p.table())
	}
	content := map[string]string{}
	for key, value := range p.output {
		content[key] = "unreadable"
		if value != nil {
			content[key] = p.text(value)
		}
	}
	return content
}

func (p *path[S, E, V]) text(v *V) string {
	content := *v
	if p.spec.Output.Canonical != nil {
		content = p.spec.Output.Canonical(content)
	}
	b, err := json.Marshal(content)
	if err != nil {
		panic(fmt.Sprintf("%s put out a record that is no value: %v", p.spec.Name, err))
	}
	return string(b)
}

// difference says where two outputs differ; "" if nowhere.
func difference(want, got map[string]string) string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(want)), maps.Keys(got))
	slices.Sort(keys)
	for _, key := range keys {
		w, wanted := want[key]
		g, have := got[key]
		switch {
		case !have:
			return fmt.Sprintf("%s is missing; want %s", key, w)
		case !wanted:
			return fmt.Sprintf("%s should not exist; it is %s", key, g)
		case w != g:
			return fmt.Sprintf("%s differs\nwant %s\n got %s", key, w, g)
		}
	}
	return ""
}
