package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

const (
	// watchInterval is how often a shell looks whether the brokers answer and the tables are what they were.
	watchInterval = 3 * time.Second
	// watchTime is how long it waits for an answer.
	watchTime = 2 * time.Second
)

// watcher looks at the brokers from time to time: do they answer, are the topics the same, is what was
// written still there, and do committed records end where all records do.
type watcher struct {
	client *client
	admin  *kafka.AdminClient
	topics []string
	known  map[string]Topic         // as they were when it was asked last
	gone   map[string]*service.Wait // topics that do not exist
	stalls map[partition]*stall
}

// stall is a partition whose records cannot be read to their end.
type stall struct {
	wait   *service.Wait
	stable int64 // where the committed ones end
}

// watch watches until ctx ends.
func (s *shell[S, E, V]) watch(ctx context.Context) {
	admin, err := kafka.NewAdminClientFromConsumer(s.consumer)
	if err != nil {
		s.fail(fmt.Errorf("kafka admin client: %w", err))
		return
	}
	defer admin.Close()
	w := &watcher{client: s.client, admin: admin, known: map[string]Topic{}, gone: map[string]*service.Wait{}, stalls: map[partition]*stall{}}
	for _, u := range usesOf(s.spec) {
		w.topics = append(w.topics, u.topic)
	}
	defer w.end()
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		recreated, err := w.others(ctx)
		if err != nil {
			s.fail(err)
			return
		}
		for _, topic := range recreated {
			why := fmt.Errorf("topic %s: %w", topic, errRecreated)
			s.do(func() {
				s.restartAll(why)
			})
		}
		w.look(ctx, s.watched())
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// watched returns the log ends of the partitions that the tasks write, and nil for those that they read.
func (s *shell[S, E, V]) watched() map[partition]*logEnd {
	partitions := map[partition]*logEnd{}
	for _, t := range s.all() {
		end := t.logEnd()
		if end == nil && !t.is(resting) {
			continue
		}
		partitions[partition{s.spec.Output.Topic, t.number}] = end
		for _, in := range s.spec.Inputs {
			if s.whole == nil {
				partitions[partition{in.Topic, t.number}] = nil
			}
		}
	}
	if s.whole != nil {
		for _, tp := range s.whole.reading() {
			partitions[partitionOf(tp)] = nil
		}
	}
	return partitions
}

// end ends all waits.
func (w *watcher) end() {
	for p := range w.stalls {
		w.resume(p)
	}
	for _, wait := range w.gone {
		wait.Done()
	}
}

// exists takes whether a topic exists, and waits for one that does not.
func (w *watcher) exists(topic string, exists bool) {
	wait := w.gone[topic]
	switch {
	case exists && wait != nil:
		wait.Done()
		delete(w.gone, topic)
	case !exists && wait == nil:
		w.gone[topic] = w.client.runtime.Wait("topic", "topic "+topic+", which does not exist (altoctl topics apply)")
	}
}

// others returns the topics that are not the ones that they were when it was asked last. One that has another number of
// partitions is an error: who serves which of them, and where a record belongs, is settled at the start.
func (w *watcher) others(ctx context.Context) (recreated []string, err error) {
	topics, err := describeTopics(ctx, w.admin, w.topics, watchTime)
	if err != nil {
		if ctx.Err() == nil && !denied(err) {
			w.client.missing(err)
		}
		return nil, nil
	}
	w.client.answered()
	for _, name := range w.topics {
		topic, exists := topics[name]
		w.exists(name, exists)
		if !exists {
			continue
		}
		before, known := w.known[name]
		switch {
		case known && before.Partitions != topic.Partitions:
			return nil, fmt.Errorf("topic %s has %d partitions, and had %d: records belong into others now, which is seen to at the start; start again", name, topic.Partitions, before.Partitions)
		case known && before.ID != topic.ID:
			recreated = append(recreated, name)
		}
		w.known[name] = topic
	}
	return recreated, nil
}

// look compares the ends of partitions with what is known of them, and with those of committed records.
func (w *watcher) look(ctx context.Context, partitions map[partition]*logEnd) {
	least := map[partition]int64{} // before the ends are asked for, which may be old news when they come
	for p, end := range partitions {
		if end != nil {
			least[p] = end.known()
		}
	}
	stable := w.ends(ctx, partitions, kafka.IsolationLevelReadCommitted)
	all := w.ends(ctx, partitions, kafka.IsolationLevelReadUncommitted)
	for p, end := range all {
		if l := partitions[p]; l != nil && end.err == nil {
			l.told(end.offset, least[p])
		}
		w.judge(p, stable[p], end)
	}
	for p := range w.stalls {
		if _, ok := partitions[p]; !ok {
			w.resume(p)
		}
	}
}

// judge begins to wait for a partition whose committed records end before all records do, or whose end
// nobody knows, and goes on when that has changed.
func (w *watcher) judge(p partition, stable, all foundEnd) {
	s := w.stalls[p]
	why := all.err
	if why == nil && stable.err == nil && stable.offset < all.offset {
		why = fmt.Errorf("committed records end at offset %d of %d: a transaction is open there; if its producer has died, it ends when its transaction.timeout.ms is over, or by kafka-transactions.sh abort", stable.offset, all.offset)
	}
	if s != nil && (why == nil || all.err == nil && s.stable != stable.offset) {
		w.resume(p)
		s = nil
	}
	if why == nil {
		return
	}
	if s == nil {
		s = &stall{wait: w.client.runtime.Wait("partition", fmt.Sprintf("partition %d of %s", p.number, p.topic))}
		w.stalls[p] = s
	}
	s.stable = stable.offset
	s.wait.Because(why)
}

func (w *watcher) resume(p partition) {
	w.stalls[p].wait.Done()
	delete(w.stalls, p)
}

type foundEnd struct {
	offset int64
	err    error
}

// ends returns the ends of partitions for readers of a level, as far as the brokers answer.
func (w *watcher) ends(ctx context.Context, partitions map[partition]*logEnd, level kafka.IsolationLevel) map[partition]foundEnd {
	asked := map[kafka.TopicPartition]kafka.OffsetSpec{}
	for p := range partitions {
		asked[kafka.TopicPartition{Topic: &p.topic, Partition: p.number}] = kafka.LatestOffsetSpec
	}
	if len(asked) == 0 {
		return nil
	}
	result, err := w.admin.ListOffsets(ctx, asked, kafka.SetAdminIsolationLevel(level), kafka.SetAdminRequestTimeout(watchTime))
	if err != nil {
		return nil // recreated tells
	}
	found := map[partition]foundEnd{}
	for tp, info := range result.ResultInfos {
		end := foundEnd{offset: int64(info.Offset)}
		if info.Error.Code() != kafka.ErrNoError {
			end.err = info.Error
		}
		if end.err == nil && end.offset < 0 {
			continue // not told, nor why
		}
		found[partition{*tp.Topic, tp.Partition}] = end
	}
	return found
}
