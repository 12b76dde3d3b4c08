package stream

import (
	"context"
	"time"

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

const (
	// gatherTime is how far apart events come that are put together while a publication is under
	// way: in a flood they are. Otherwise nothing waits for more.
	gatherTime = 100 * time.Microsecond
	// hurryTime is how long the last publication waits for the one before it.
	hurryTime = 2 * time.Second
)

// Feed runs a processor without Kafka inputs until ctx ends or something fails for
// good. Events wait while Kafka does not take records.
func Feed[S, E, V any](ctx context.Context, spec Spec[S, E, V], source Source[E], c service.Config, rt *service.Runtime) error {
	s, err := newShell(ctx, spec, c, rt, source.Replicas)
	if err != nil {
		return err
	}
	s.topic, s.id = spec.Output.Topic, func(int32) string { return source.Replicas }
	defer s.close()
	n, err := awaitPartitions(ctx, s.consumer, s.topic, rt)
	if err != nil {
		return err
	}
	t := newTask(s, Partition(source.Name, n))
	s.tasks[t.number] = t
	e := newElection(s.client, s.group, s.consumer, newRival(t))
	t.resign = e.resign
	if err := s.join(); err != nil {
		return err
	}
	if err := source.Start(ctx); err != nil {
		return err
	}
	f := &feeder[S, E, V]{task: t, events: source.Events}
	ctx, cancel := context.WithCancel(ctx)
	running := e.attend(ctx, s.do, s.join, func() bool { return t.is(live) }, s.fail)
	running.Go(func() { f.run(ctx) })
	err = s.run()
	cancel()
	running.Wait()
	if s.ctx.Err() != nil {
		f.drain()
	}
	return err
}

// feeder shows the events of a source to an ingest's task.
type feeder[S, E, V any] struct {
	task   *task[S, E, V]
	events <-chan Event[E]
}

func (f *feeder[S, E, V]) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-f.events:
			f.apply(e)
			f.task.awaitRoom(ctx)
		}
	}
}

// drain takes the events that wait, and the last one, and publishes what they change.
func (f *feeder[S, E, V]) drain() {
	select {
	case e := <-f.events:
		f.apply(e)
	default:
	}
	if stop := f.task.shell.spec.Stop; stop != nil {
		f.task.apply(Cause{ObservedAt: time.Now()}, stop())
	}
	ctx, cancel := context.WithTimeout(context.Background(), hurryTime)
	defer cancel()
	f.task.awaitRoom(ctx)
}

// apply takes an event and those that come soon after it.
func (f *feeder[S, E, V]) apply(e Event[E]) {
	for begin, more := time.Now(), true; more; {
		f.task.apply(Cause{ObservedAt: e.ObservedAt}, e.Event)
		if time.Since(begin) > batchTime {
			return
		}
		e, more = f.soon()
	}
}

// soon returns the next event, if there is one or it comes while others have to wait anyway.
func (f *feeder[S, E, V]) soon() (Event[E], bool) {
	for start := time.Now(); ; nap() {
		select {
		case e := <-f.events:
			return e, true
		default:
		}
		if !f.task.publishes() || time.Since(start) > gatherTime {
			return Event[E]{}, false
		}
	}
}
