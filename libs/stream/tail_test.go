package stream

import (
	"errors"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// TestTail takes records at offsets: it is another table where they go back, not where one is not
// known, as after an answer that was lost with its broker.
func TestTail(t *testing.T) {
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
			tail := newTail()
			tail.told(7, 0)
			for _, offset := range test.offsets {
				tail.took(int64(offset))
			}
			if loss := tail.loss(); errors.Is(loss, errRecreated) != test.lost {
				t.Errorf("lost: %v, want %t", loss, test.lost)
			}
		})
	}
}

// TestTailTold hears of ends: one that was asked for before a record came is no step back.
func TestTailTold(t *testing.T) {
	tail := newTail()
	tail.told(7, 0)
	least := tail.next
	tail.took(7)
	tail.told(7, least)
	if loss := tail.loss(); loss != nil {
		t.Error(loss)
	}
	tail.told(7, tail.next)
	if loss := tail.loss(); !errors.Is(loss, errRecreated) {
		t.Errorf("lost: %v, want %v", loss, errRecreated)
	}
}
