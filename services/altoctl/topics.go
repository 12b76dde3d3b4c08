package altoctl

import (
	"context"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// topicState is what a topic holds.
type topicState struct {
	keys    map[string]struct{} // that exist
	records int                 // with those that are superseded and not compacted yet
	bytes   int
	last    time.Time
}

// topics prints the topics of the chain, their sizes and last changes.
func (c *command) topics(ctx context.Context) error {
	states := map[string]topicState{}
	for _, topic := range schemas.Topics {
		s, err := c.readTopic(ctx, topic)
		if err != nil {
			return err
		}
		states[topic] = s
	}
	if c.json {
		return c.printJSON(plainTopics(states))
	}
	t := newTable(c.out)
	fmt.Fprintln(t, "TOPIC\tKEYS\tRECORDS\tBYTES\tLAST CHANGE")
	for _, topic := range schemas.Topics {
		s := states[topic]
		last := "-"
		if !s.last.IsZero() {
			last = fmt.Sprintf("%s (%s ago)", s.last.Format("2006-01-02 15:04:05"), time.Since(s.last).Round(time.Second))
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\n", topic, len(s.keys), s.records, s.bytes, last)
	}
	return t.Flush()
}

// plainTopics is what --json shows.
func plainTopics(states map[string]topicState) map[string]any {
	all := map[string]any{}
	for topic, s := range states {
		plain := map[string]any{"keys": len(s.keys), "records": s.records, "bytes": s.bytes, "last_change": nil}
		if !s.last.IsZero() {
			plain["last_change"] = s.last.Format(time.RFC3339Nano)
		}
		all[topic] = plain
	}
	return all
}

func (c *command) readTopic(ctx context.Context, topic string) (topicState, error) {
	s := topicState{keys: map[string]struct{}{}}
	err := stream.Follow(ctx, c.config, topic, func(m *kafka.Message) error {
		s.records++
		s.bytes += len(m.Key) + len(m.Value)
		if m.Timestamp.After(s.last) {
			s.last = m.Timestamp
		}
		if m.Value == nil {
			delete(s.keys, string(m.Key))
		} else {
			s.keys[string(m.Key)] = struct{}{}
		}
		return nil
	}, func() error { return stream.ErrStop })
	return s, err
}
