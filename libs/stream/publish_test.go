package stream

import (
	"errors"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// TestLoss reports offsets of a table's records: it is another table where they go back, not where
// one is not known, as after an answer that was lost with its broker.
func TestLoss(t *testing.T) {
	for name, test := range map[string]struct {
		offsets []kafka.Offset
		lost    bool
	}{
		"in order":            {offsets: []kafka.Offset{7, 8, 10}},
		"unknown":             {offsets: []kafka.Offset{7, kafka.OffsetInvalid, 9}},
		"unknown (Kafka's)":   {offsets: []kafka.Offset{7, -1, 9}},
		"back":                {offsets: []kafka.Offset{7, 0}, lost: true},
		"back, after unknown": {offsets: []kafka.Offset{7, kafka.OffsetInvalid, 1}, lost: true},
		"not after the end":   {offsets: []kafka.Offset{6}, lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			p := &publisher[string]{next: 7, reported: make(chan struct{}, 1), lost: make(chan struct{})}
			for _, offset := range test.offsets {
				p.report(kafka.TopicPartition{Offset: offset})
			}
			if loss := p.loss(); errors.Is(loss, errRecreated) != test.lost {
				t.Errorf("lost: %v, want %t", loss, test.lost)
			}
		})
	}
}
