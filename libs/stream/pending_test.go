package stream

import (
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

func TestPending(t *testing.T) {
	start := time.Unix(100, 0)
	p, q := partition{"raw", 0}, partition{"raw", 1}
	record := func(header, id string) *kafka.Message {
		return &kafka.Message{Timestamp: start, Headers: []kafka.Header{{Key: header, Value: []byte(id)}}}
	}
	old := record(MoreHeader, "a")
	old.Timestamp = start.Add(-time.Hour)
	type step struct {
		p      partition
		record *kafka.Message // nil: the partition's end
	}
	for _, test := range []struct {
		name  string
		steps []step
		after time.Duration
		whole bool
	}{
		{name: "nothing", whole: true},
		{name: "alone", steps: []step{{p, &kafka.Message{}}}, whole: true},
		{name: "first of two", steps: []step{{p, record(MoreHeader, "a")}}},
		{name: "both of two", steps: []step{{p, record(MoreHeader, "a")}, {p, record(LastHeader, "a")}}, whole: true},
		{name: "another's last", steps: []step{{p, record(MoreHeader, "a")}, {p, record(LastHeader, "b")}}},
		{name: "another partition's last", steps: []step{{p, record(MoreHeader, "a")}, {q, record(LastHeader, "a")}}},
		{name: "last was compacted away", steps: []step{{p, old}, {p, nil}}, whole: true},
		{name: "last is in a transaction to come", steps: []step{{p, record(MoreHeader, "a")}, {p, nil}}},
		{name: "end of another partition", steps: []step{{p, record(MoreHeader, "a")}, {q, nil}}},
		{name: "not for ever", steps: []step{{p, record(MoreHeader, "a")}}, after: patience + 1, whole: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			open := pending{}
			for _, s := range test.steps {
				if s.record == nil {
					open.end(s.p, start)
				} else {
					open.take(s.p, s.record, start)
				}
			}
			if got := open.none(start.Add(test.after)); got != test.whole {
				t.Errorf("whole: %t, want %t", got, test.whole)
			}
		})
	}
}
