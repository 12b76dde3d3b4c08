package stream

import (
	"context"
	"errors"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// Event is an event from outside Kafka and when it reached the system.
type Event[E any] struct {
	Event      E
	ObservedAt time.Time
}

// Source is what a processor without Kafka inputs, an ingest, is fed from.
type Source[E any] struct {
	// Name says which partition of the output table is the ingest's.
	Name string
	// Replicas is the consumer group in which instances with the same sources agree on the
	// one that publishes. The others stand by: their machines take events too.
	Replicas string
	Events   <-chan Event[E]
	// Start opens the sources.
	Start func(context.Context) error
}

// Feed runs a processor without Kafka inputs until ctx ends or something fails for
// good. Events wait while Kafka does not take records.
func Feed[S, E, V any](ctx context.Context, spec Spec[S, E, V], source Source[E], c service.Config, rt *service.Runtime) error {
	m, err := newMetrics(rt.Meter)
	if err != nil {
		return err
	}
	f := &feed[S, E, V]{
		metrics: m, spec: spec, source: source, config: c, machine: NewMachine(spec), runtime: rt,
		bad: newBadRecords(m, rt), warnings: newWarnings(c, rt.Log, "altostream-"+spec.Name, spec.Output.Topic), wakes: make(chan string, 64),
	}
	if err := prepare(ctx, spec, c, rt); err != nil {
		return err
	}
	lead, err := join(ctx, c, rt, source.Replicas, spec.Output.Topic, source.Name)
	if err != nil {
		return err
	}
	defer lead.close()
	f.lead = lead
	if err := source.Start(ctx); err != nil {
		return err
	}
	defer func() { f.standBy(closeTime) }() // before another instance gets the lead
	return f.run(ctx)
}

type feed[S, E, V any] struct {
	spec   Spec[S, E, V]
	source Source[E]
	config service.Config
	*warnings
	*metrics
	machine *Machine[S, E, V]
	writer  *writer[V] // nil: another instance publishes
	leads   bool       // this instance publishes: the output table is read
	runtime *service.Runtime
	bad     *badRecords
	lead    *lead
	wakes   chan string
}

func (f *feed[S, E, V]) load(ctx context.Context, m *kafka.Message) {
	load(f.machine, f.spec.Output.Serde, m, f.bad, func(decode func() error) error { return decodeRetry(ctx, f.warn, decode) })
}

// takeOver makes this instance the one that publishes; the output table is read.
func (f *feed[S, E, V]) takeOver(ctx context.Context) error {
	f.leads = true
	if f.spec.TakeOver != nil {
		f.machine.Apply(f.spec.TakeOver(), Cause{ObservedAt: time.Now()})
	}
	if err := f.flush(ctx); err != nil {
		return err
	}
	f.runtime.Log.Info("caught up")
	return nil
}

// open makes this instance the only one that can publish.
func (f *feed[S, E, V]) open(ctx context.Context, number int32) error {
	p, err := openPublisher(ctx, f.config, f.runtime, f.metrics, f.spec.Output, number, f.source.Replicas)
	if err == nil {
		f.writer = startWriter(ctx, p)
		f.machine.Forget()
	}
	return err
}

// standBy ends this instance's publishing; what is under way is waited for, at most d.
func (f *feed[S, E, V]) standBy(d time.Duration) {
	f.leads = false
	if f.writer == nil {
		return
	}
	if !f.writer.stop(d) {
		f.runtime.Log.Warn("this instance does not publish any more; what was under way is given up")
	}
	f.writer = nil
	if f.spec.StandBy != nil {
		f.machine.Apply(f.spec.StandBy(), Cause{ObservedAt: time.Now()})
	}
}

// follow takes what the group of replicas says.
func (f *feed[S, E, V]) follow(ctx context.Context, e leadEvent) error {
	switch {
	case e.err != nil:
		return e.err
	case e.won != nil:
		defer close(e.won)
		return f.open(ctx, f.lead.table.Partition)
	case f.writer == nil && (e.record != nil || e.end):
		// Publishing ended while the table was read; the group is being joined again.
	case e.record != nil:
		f.load(ctx, e.record)
	case e.end:
		if err := f.takeOver(ctx); err != nil {
			return err
		}
		f.runtime.Log.Info("this instance publishes", "group", f.source.Replicas)
		f.runtime.Ready(true)
	case e.missed:
		f.runtime.Log.Info("another instance publishes; standing by", "group", f.source.Replicas)
		f.runtime.Ready(true)
	case e.lost != nil:
		defer close(e.lost)
		patience := closeTime
		if e.late {
			patience = 0
		}
		f.standBy(patience)
	}
	return nil
}

// refused takes the end of the writer.
func (f *feed[S, E, V]) refused(err error) error {
	if !errors.Is(err, errLost) {
		return err
	}
	f.runtime.Log.Warn("joining the group again", "group", f.source.Replicas, "error", err)
	f.standBy(0)
	f.lead.rejoin()
	return nil
}

func (f *feed[S, E, V]) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), f.drain(ctx))
		case err := <-f.failed():
			if err := f.refused(err); err != nil {
				return err
			}
		case e := <-f.lead.events:
			if err := f.follow(ctx, e); err != nil {
				return err
			}
		case name := <-f.wakes:
			f.machine.Wake(name, time.Now())
		case e := <-f.source.Events:
			f.apply(e)
		}
		if err := f.flush(ctx); err != nil {
			return err
		}
		f.lead.want(!f.machine.Resigned())
	}
}

// drain takes the events that wait, and the last one, and publishes what they change.
func (f *feed[S, E, V]) drain(ctx context.Context) error {
	select {
	case e := <-f.source.Events:
		f.apply(e)
	default:
	}
	if f.spec.Stop != nil {
		f.machine.Apply(f.spec.Stop(), Cause{ObservedAt: time.Now()})
	}
	return f.flush(ctx)
}

// gatherTime is how far apart events come that are put together: in a flood they are.
const gatherTime = 100 * time.Microsecond

// apply takes an event and those that come soon after it.
func (f *feed[S, E, V]) apply(e Event[E]) {
	for begin, more := time.Now(), true; more; {
		f.machine.Apply(e.Event, Cause{ObservedAt: e.ObservedAt})
		if time.Since(begin) > batchTime {
			return
		}
		e, more = f.soon()
	}
}

// soon returns the next event, if it comes soon.
func (f *feed[S, E, V]) soon() (Event[E], bool) {
	for start := time.Now(); ; nap() {
		select {
		case e := <-f.source.Events:
			return e, true
		default:
		}
		if time.Since(start) > gatherTime {
			return Event[E]{}, false
		}
	}
}

func (f *feed[S, E, V]) flush(ctx context.Context) error {
	if !f.leads && !f.spec.Exact {
		f.machine.Discard() // TakeOver puts out what there is
		return nil
	}
	changes, cause := f.machine.Flush()
	for _, alarm := range f.machine.Alarms() {
		time.AfterFunc(alarm.After, func() { f.wakes <- alarm.Name })
	}
	if len(changes) == 0 || f.writer == nil {
		return nil
	}
	publication := f.writer.prepare(ctx, changes, cause, "")
	for f.writer != nil { // else the next instance finds out what has changed
		select {
		case f.writer.publications <- publication:
			return nil
		case <-ctx.Done():
			return f.hurry(ctx, publication)
		case err := <-f.failed():
			if err := f.refused(err); err != nil {
				return err
			}
		case e := <-f.lead.events:
			if err := f.follow(ctx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// hurryTime is how long the last publication waits for the one before it.
const hurryTime = 2 * time.Second

// hurry hands over a publication at the end.
func (f *feed[S, E, V]) hurry(ctx context.Context, last *publication) error {
	select {
	case f.writer.publications <- last:
		return nil
	case <-time.After(hurryTime):
		return ctx.Err()
	}
}

// failed is the end of the writer; nil if there is none.
func (f *feed[S, E, V]) failed() <-chan error {
	if f.writer == nil {
		return nil
	}
	return f.writer.failed
}
