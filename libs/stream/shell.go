package stream

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

const (
	batchTime = 20 * time.Millisecond // longest time that busy inputs are coalesced
	closeTime = 5 * time.Second
)

// shell runs a processor: the consumer group says which partitions are this instance's, and each
// of them is a task that loads, publishes, fails and recovers by itself.
type shell[S, E, V any] struct {
	spec      Spec[S, E, V]
	client    *client
	runtime   *service.Runtime
	metrics   *metrics
	bad       *badRecords
	inputs    map[string]Input[E]
	unmetered map[string]int64 // records read since the last batch, by topic
	group     string
	topic     string                    // whose partitions the group shares out
	id        func(number int32) string // transactional
	consumer  *kafka.Consumer
	ctx       context.Context // until close; the consumer's callbacks need it
	cancel    context.CancelFunc
	waiting   *service.Wait // for the group to say which partitions are this instance's; nil: it has
	ready     bool

	commands chan func()               // for the goroutine that polls, the only one that steers the consumer
	failed   chan error                // what ends run
	whole    *whole[S, E, V]           // nil: every task reads its partitions of the inputs
	opening  map[int32]<-chan struct{} // closed when the last opening of a partition's task has ended

	mu    sync.Mutex
	tasks map[int32]*task[S, E, V]
}

// Run runs a processor on Kafka inputs until ctx ends or something fails for good.
// It creates topics that do not exist and registers the schema of its output; a
// broker or registry that is away is waited for.
func Run[S, E, V any](ctx context.Context, spec Spec[S, E, V], c service.Config, rt *service.Runtime) error {
	group := "altostream-" + spec.Name
	s, err := newShell(ctx, spec, c, rt, group)
	if err != nil {
		return err
	}
	s.topic = spec.Output.Topic
	if s.whole == nil {
		s.topic = spec.Inputs[0].Topic // the others are co-partitioned
	}
	s.id = func(number int32) string { return fmt.Sprintf("%s-%d", group, number) }
	defer s.close()
	if err := s.join(); err != nil {
		return err
	}
	return s.run()
}

// newShell returns the shell of a processor whose topics and schema are as they must be.
func newShell[S, E, V any](ctx context.Context, spec Spec[S, E, V], c service.Config, rt *service.Runtime, group string) (*shell[S, E, V], error) {
	m, err := newMetrics(rt.Meter)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &shell[S, E, V]{
		cancel: cancel, spec: spec, runtime: rt, metrics: m, bad: newBadRecords(m, rt), inputs: map[string]Input[E]{}, unmetered: map[string]int64{}, group: group, ctx: ctx,
		commands: make(chan func(), 64), failed: make(chan error, 1), opening: map[int32]<-chan struct{}{}, tasks: map[int32]*task[S, E, V]{},
	}
	if spec.Owns != nil {
		s.whole = newWhole(s)
	}
	names := []string{spec.Output.Topic}
	for _, in := range spec.Inputs {
		s.inputs[in.Topic] = in
		names = append(names, in.Topic)
	}
	s.client = newClient(c, rt, group, names...)
	if err = prepareTopics(ctx, s.client, usesOf(spec)); err == nil {
		err = prepareSchema(ctx, rt, spec.Output)
	}
	if err == nil {
		s.consumer, err = s.client.consumer()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return s, nil
}

// fed reports whether the processor is an ingest: its events come from elsewhere.
func (s *shell[S, E, V]) fed() bool { return len(s.spec.Inputs) == 0 }

// join joins the group.
func (s *shell[S, E, V]) join() error {
	if err := s.consumer.SubscribeTopics([]string{s.topic}, s.rebalance); err != nil {
		return fmt.Errorf("join group %s: %w", s.group, err)
	}
	s.waiting = s.runtime.Wait("group", fmt.Sprintf("partitions of %s from group %s at %s", s.topic, s.group, s.client.servers()))
	return nil
}

// run polls until ctx ends or something fails for good.
func (s *shell[S, E, V]) run() error {
	watched := make(chan struct{})
	ctx, cancel := context.WithCancel(s.ctx)
	go func() {
		defer close(watched)
		s.watch(ctx)
	}()
	defer func() {
		cancel()
		<-watched
	}()
	for s.ctx.Err() == nil {
		select {
		case err := <-s.failed:
			return err
		case command := <-s.commands:
			command()
		default:
			s.batch()
		}
	}
	return s.ctx.Err()
}

// do has the goroutine that polls do something; it reports false if that has ended.
func (s *shell[S, E, V]) do(command func()) bool {
	select {
	case s.commands <- command:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// fail ends run.
func (s *shell[S, E, V]) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}

// close ends all tasks and leaves the group, and so gives the partitions away.
func (s *shell[S, E, V]) close() {
	s.cancel()
	s.release(s.all(), closeTime)
	if s.whole != nil {
		s.whole.locating.Wait()
	}
	if s.waiting != nil {
		s.waiting.Done()
	}
	for _, opened := range s.opening {
		<-opened
	}
	for len(s.commands) > 0 { // publishers that were opened in vain
		(<-s.commands)()
	}
	s.client.answered()
	if err := closeInTime(func() { _ = s.consumer.Close() }); err != nil {
		s.runtime.Log.Warn("at the end", "error", err)
	}
}

// batch takes records until there are none or the batch is old enough, and has the tasks publish.
func (s *shell[S, E, V]) batch() {
	event := s.consumer.Poll(s.pollTime())
	for start := time.Now(); event != nil; event = s.consumer.Poll(0) {
		s.handle(event)
		if time.Since(start) > batchTime || s.ctx.Err() != nil {
			break
		}
	}
	if s.whole != nil {
		s.whole.release(time.Now())
	}
	for _, t := range s.all() {
		t.release(time.Now())
	}
	s.meter()
	s.tellReady()
}

func (s *shell[S, E, V]) handle(event kafka.Event) {
	switch e := event.(type) {
	case *kafka.Message:
		if e.TopicPartition.Error != nil {
			s.client.warn(e.TopicPartition.Error)
			return
		}
		s.take(e)
	case kafka.PartitionEOF:
		s.end(kafka.TopicPartition(e))
	case kafka.Error:
		if e.IsFatal() {
			s.fail(fmt.Errorf("kafka consumer: %w", e))
			return
		}
		s.client.note(e)
	}
}

// take gives a record to the tasks that read its partition.
func (s *shell[S, E, V]) take(m *kafka.Message) {
	topic := *m.TopicPartition.Topic
	s.unmetered[topic]++
	t := s.tasks[m.TopicPartition.Partition]
	in, input := s.inputs[topic]
	if !input {
		if t != nil {
			t.take(m, func() { t.load(m) })
		}
		return
	}
	if s.whole == nil && t != nil && t.is(resting) {
		s.begin(t) // and reads it again
		return
	}
	event, ok := s.decode(in, m)
	switch {
	case !ok:
	case s.whole != nil:
		s.whole.take(m, event)
	case t != nil:
		t.take(m, func() { t.machine.Apply(event, causeOf(m)) })
	}
}

// end takes that there is nothing more in a partition (yet).
func (s *shell[S, E, V]) end(tp kafka.TopicPartition) {
	if _, input := s.inputs[*tp.Topic]; input && s.whole != nil {
		s.whole.end(tp)
	} else if t := s.tasks[tp.Partition]; t != nil {
		t.end(tp)
	}
}

// all returns all tasks.
func (s *shell[S, E, V]) all() []*task[S, E, V] {
	s.mu.Lock()
	defer s.mu.Unlock()
	tasks := make([]*task[S, E, V], 0, len(s.tasks))
	for _, t := range s.tasks {
		tasks = append(tasks, t)
	}
	return tasks
}

// tellReady marks the service as caught up if it knows its partitions and all of them are.
func (s *shell[S, E, V]) tellReady() {
	tasks := s.all()
	ready := s.waiting == nil && !slices.ContainsFunc(tasks, func(t *task[S, E, V]) bool { return t.is(opening) || t.is(loading) })
	if ready && !s.ready && !s.fed() {
		s.runtime.Log.Info("caught up", "partitions", len(tasks))
	}
	s.ready = ready
	s.runtime.Ready(ready)
}
