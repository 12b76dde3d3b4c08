package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// endTime is how long the answer about an end is waited for: while the broker is away, the client connects to it
// all the time.
const endTime = time.Second

// errRecreated says that a topic does not hold what was written to it: it was deleted and
// created again, or its brokers lost records.
var errRecreated = errors.New("the topic was created anew, or has lost records")

// stepBack says that a record came after one with a higher offset.
func stepBack(m *kafka.Message, before int64) error {
	tp := m.TopicPartition
	return fmt.Errorf("partition %d of %s: %w: offset %d after %d", tp.Partition, *tp.Topic, errRecreated, tp.Offset, before)
}

// logEnd is the log end offset of a partition as its publisher knows it. It only moves on, or the
// topic is not what it was.
type logEnd struct {
	mu   sync.Mutex
	next int64         // offset after the last record that is known to be there
	lost chan struct{} // closed when the end has moved back
	why  error
}

func newLogEnd() *logEnd { return &logEnd{lost: make(chan struct{})} }

// starts notes the end before anything is published.
func (l *logEnd) starts(end int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = end
}

// took notes the offset at which brokers have taken a record; a negative one is not known, since
// the answer was lost with its broker.
func (l *logEnd) took(offset int64) {
	if offset >= 0 {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.check(offset, l.next)
		l.next = max(l.next, offset+1)
	}
}

// told takes the end that a broker told, which is to be least or more. The end that is known does not
// move on: reports may be on their way of records before this end.
func (l *logEnd) told(end, least int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.check(end, least)
}

func (l *logEnd) check(offset, least int64) {
	if offset < least {
		l.lose(fmt.Errorf("%w: offset %d after %d", errRecreated, offset, least))
	}
}

// went notes that the table, or what it is made from, is not what it was.
func (l *logEnd) went(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lose(why)
}

func (l *logEnd) lose(why error) {
	if l.why == nil {
		l.why = why
		close(l.lost)
	}
}

// known returns the offset after the last record that is known to be there.
func (l *logEnd) known() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next
}

// loss returns why the topic is not what it was; nil if it is.
func (l *logEnd) loss() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

// endOf returns the offset after the last record of a partition that readers of a level can see.
func endOf(ctx context.Context, producer *kafka.Producer, tp kafka.TopicPartition, level kafka.IsolationLevel) (int64, error) {
	admin, err := kafka.NewAdminClientFromProducer(producer)
	if err != nil {
		return 0, err
	}
	defer admin.Close()
	result, err := admin.ListOffsets(ctx, map[kafka.TopicPartition]kafka.OffsetSpec{tp: kafka.LatestOffsetSpec},
		kafka.SetAdminIsolationLevel(level), kafka.SetAdminRequestTimeout(endTime))
	if err != nil {
		return 0, err
	}
	for _, info := range result.ResultInfos {
		if info.Error.Code() != kafka.ErrNoError {
			return 0, info.Error
		}
		if info.Offset >= 0 {
			return int64(info.Offset), nil
		}
	}
	return 0, errors.New("the brokers do not tell the end") // nor does the client say why
}
