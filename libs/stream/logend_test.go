package stream

import (
	"errors"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// TestLogEnd takes records at offsets: it is another table where they go back, not where one is not
// known, as after an answer that was lost with its broker.
func TestLogEnd(t *testing.T) {
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
			end := newLogEnd()
			end.starts(7)
			for _, offset := range test.offsets {
				end.took(int64(offset))
			}
			if loss := end.loss(); errors.Is(loss, errRecreated) != test.lost {
				t.Errorf("lost: %v, want %t", loss, test.lost)
			}
		})
	}
}

// TestLogEndTold hears of ends: one that was asked for before a record came is no step back.
func TestLogEndTold(t *testing.T) {
	end := newLogEnd()
	end.starts(7)
	least := end.next
	end.took(7)
	end.told(7, least)
	if loss := end.loss(); loss != nil {
		t.Error(loss)
	}
	end.told(7, end.next)
	if loss := end.loss(); !errors.Is(loss, errRecreated) {
		t.Errorf("lost: %v, want %v", loss, errRecreated)
	}
}

// TestLogEndReportsLate hears of an end while reports are out: a report that comes late is of a record
// before that end, no step back.
func TestLogEndReportsLate(t *testing.T) {
	end := newLogEnd()
	end.starts(7)
	end.told(10, end.next) // records 7, 8 and 9 are there
	for offset := range int64(3) {
		end.took(7 + offset)
	}
	if loss := end.loss(); loss != nil {
		t.Error(loss)
	}
}
