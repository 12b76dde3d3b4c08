package streamtest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
	"github.com/altostream/altostream/libs/stream"
)

// rounds is how many random paths each law is tried on.
const rounds = 40

// PathIndependent checks that the output of a processor is a function of its input
// tables: whatever the path, the output is what the plain history yields.
// spec.Output.Serde must be able to encode (see Serde).
func PathIndependent[S, E, V any](t testing.TB, spec stream.Spec[S, E, V], history []Keyed[E]) {
	t.Helper()
	PathIndependentAs(t, spec, history, nil)
}

// PathIndependentAs is PathIndependent for an output table that says the same in several ways: as
// returns what readers make of its records, in the order in which they were written, as texts.
func PathIndependentAs[S, E, V any](t testing.TB, spec stream.Spec[S, E, V], history []Keyed[E], as func([]stream.Change[V]) map[string]string) {
	t.Helper()
	if err := check(spec, history, as); err != nil {
		t.Error(err)
	}
}

// law is a way through a history; its end must yield the output of the plain one.
type law[S, E, V any] struct {
	name string
	walk func(p *path[S, E, V], history []Keyed[E]) error
}

func laws[S, E, V any]() []law[S, E, V] {
	return []law[S, E, V]{
		{"flush after every event", func(p *path[S, E, V], history []Keyed[E]) error {
			p.flushes = 1
			return p.take(history)
		}},
		{"keys interleaved", func(p *path[S, E, V], history []Keyed[E]) error {
			return p.take(interleave(p.rng, history))
		}},
		{"records repeated", func(p *path[S, E, V], history []Keyed[E]) error {
			return p.take(repeat(interleave(p.rng, history)))
		}},
		{"deletes of all keys before", func(p *path[S, E, V], history []Keyed[E]) error {
			return errors.Join(p.take(interleave(p.rng, deletions(history))), p.take(history))
		}},
		{"deletes of keys that do not exist", func(p *path[S, E, V], history []Keyed[E]) error {
			return p.take(spurious(p.rng, interleave(p.rng, history)))
		}},
		{"teardown and rebuild", (*path[S, E, V]).tearDown},
		{"restart", (*path[S, E, V]).restartInside},
		{"changes during a restart", (*path[S, E, V]).restartAcross},
		{"restart on unreadable output", (*path[S, E, V]).restartUnreadable},
	}
}

// check returns the first failure of each law.
func check[S, E, V any](spec stream.Spec[S, E, V], history []Keyed[E], as func([]stream.Change[V]) map[string]string) error {
	plain := newPath(spec, as, 0)
	if err := plain.take(history); err != nil {
		return err
	}
	if _, err := plain.flush(); err != nil {
		return fmt.Errorf("plain history: %w", err)
	}
	if len(plain.output) == 0 {
		return errors.New("plain history: it yields no output, so that there is nothing to compare")
	}
	var failures []error
	for _, l := range laws[S, E, V]() {
		for seed := range seeds.Of(rounds) {
			if err := l.check(newPath(spec, as, seed), history, plain.content()); err != nil {
				failures = append(failures, fmt.Errorf("%s, seed %d: %w", l.name, seed, err))
				break
			}
		}
	}
	return errors.Join(failures...)
}

func (l law[S, E, V]) check(p *path[S, E, V], history []Keyed[E], want map[string]string) error {
	p.flushes = []float64{0, .1, .5, 1}[p.rng.IntN(4)]
	if err := l.walk(p, history); err != nil {
		return err
	}
	if _, err := p.flush(); err != nil {
		return err
	}
	return same(want, p.content())
}

func same(want, got map[string]string) error {
	if d := difference(want, got); d != "" {
		return errors.New(d)
	}
	return nil
}

// tearDown deletes every key, after which there must be no output, and puts the
// final tables again.
func (p *path[S, E, V]) tearDown(history []Keyed[E]) error {
	if err := p.take(interleave(p.rng, history)); err != nil {
		return err
	}
	if err := p.take(interleave(p.rng, deletions(history))); err != nil {
		return err
	}
	if _, err := p.flush(); err != nil {
		return err
	}
	if err := same(nil, p.content()); err != nil {
		return fmt.Errorf("after the inputs are gone: %w", err)
	}
	return p.take(interleave(p.rng, existing(compact(history))))
}

// restartInside restarts somewhere in the history, after which there must be
// nothing to publish.
func (p *path[S, E, V]) restartInside(history []Keyed[E]) error {
	before, after := p.cut(history)
	if err := p.take(before); err != nil {
		return err
	}
	if _, err := p.flush(); err != nil {
		return err
	}
	p.restart()
	changes, err := p.flush()
	if err != nil {
		return fmt.Errorf("after a restart at record %d: %w", len(before), err)
	}
	if len(changes) > 0 {
		return fmt.Errorf("after a restart at record %d: %s is changed", len(before), changes[0].Key)
	}
	return p.take(after)
}

// restartAcross ends somewhere in the history and starts again after it.
func (p *path[S, E, V]) restartAcross(history []Keyed[E]) error {
	before, after := p.cut(history)
	if err := p.take(before); err != nil {
		return err
	}
	if _, err := p.flush(); err != nil {
		return err
	}
	p.read = append(p.read, after...)
	p.restart()
	return nil
}

// restartUnreadable restarts on an output topic of which some records cannot be
// read, after which they must be replaced.
func (p *path[S, E, V]) restartUnreadable(history []Keyed[E]) error {
	before, after := p.cut(history)
	if err := p.take(before); err != nil {
		return err
	}
	if _, err := p.flush(); err != nil {
		return err
	}
	want := p.content()
	for key := range want {
		if p.rng.IntN(2) == 0 {
			p.output[key] = nil
		}
	}
	p.restart()
	if _, err := p.flush(); err != nil {
		return err
	}
	if err := same(want, p.content()); err != nil {
		return fmt.Errorf("after a restart at record %d: %w", len(before), err)
	}
	return p.take(after)
}

// cut returns the two parts of an interleaved history.
func (p *path[S, E, V]) cut(history []Keyed[E]) (before, after []Keyed[E]) {
	mixed := interleave(p.rng, history)
	n := p.rng.IntN(len(mixed) + 1)
	return mixed[:n], mixed[n:]
}
