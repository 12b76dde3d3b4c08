package stream

import (
	"fmt"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
)

func message(topic string, offset int64, inputs string) *kafka.Message {
	m := &kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic, Offset: kafka.Offset(offset)}}
	if inputs != "" {
		m.Headers = []kafka.Header{{Key: InputsHeader, Value: []byte(inputs)}}
	}
	return m
}

func TestOrder(t *testing.T) {
	start := time.Unix(100, 0)
	type step struct {
		record *kafka.Message
		end    *position
		at     time.Duration
	}
	take := func(topic string, offset int64, inputs string) step {
		return step{record: message(topic, offset, inputs)}
	}
	for _, test := range []struct {
		name  string
		steps []step
		all   bool
		want  []string
	}{
		{
			name:  "input first",
			steps: []step{take("raw", 0, ""), take("maps", 0, "raw/0=1")},
			want:  []string{"raw 0", "maps 0"},
		},
		{
			name:  "input late",
			steps: []step{take("maps", 0, "raw/0=2"), take("raw", 0, ""), take("raw", 1, ""), take("raw", 2, "")},
			want:  []string{"raw 0", "raw 1", "maps 0", "raw 2"},
		},
		{
			name:  "partition stays in order behind a held record",
			steps: []step{take("maps", 0, "raw/0=1"), take("maps", 1, ""), take("raw", 0, "")},
			want:  []string{"raw 0", "maps 0", "maps 1"},
		},
		{
			name:  "chain of three",
			steps: []step{take("costs", 0, "raw/0=1,maps/0=1"), take("maps", 0, "raw/0=1"), take("raw", 0, "")},
			want:  []string{"raw 0", "maps 0", "costs 0"},
		},
		{
			name:  "input that is not read",
			steps: []step{take("maps", 0, "elsewhere/0=9")},
			want:  []string{"maps 0"},
		},
		{
			name:  "input compacted away",
			steps: []step{take("maps", 0, "raw/0=7"), {end: &position{partition{"raw", 0}, 7}}},
			want:  []string{"maps 0"},
		},
		{
			name:  "held for ever",
			steps: []step{take("maps", 0, "raw/0=7"), take("raw", 0, "")},
			want:  []string{"raw 0"},
		},
		{
			name:  "caught up releases all",
			steps: []step{take("maps", 0, "raw/0=7"), take("maps", 1, "raw/0=8")},
			all:   true,
			want:  []string{"maps 0", "maps 1"},
		},
		{
			name:  "patience ends",
			steps: []step{take("maps", 0, "raw/0=7"), {record: message("raw", 0, ""), at: 2 * patience}},
			want:  []string{"raw 0", "maps 0"},
		},
		{
			name:  "unreadable header",
			steps: []step{take("maps", 0, "raw=7,raw/x=1,,raw/0=y")},
			want:  []string{"maps 0"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := newOrder()
			for _, topic := range []string{"raw", "maps", "costs"} {
				o.read(partition{topic, 0})
			}
			var got []string
			for _, s := range test.steps {
				if s.end != nil {
					o.end(s.end.partition, s.end.next, start.Add(s.at))
				} else {
					o.take(s.record, start.Add(s.at), func() {
						got = append(got, fmt.Sprint(*s.record.TopicPartition.Topic, " ", int64(s.record.TopicPartition.Offset)))
					})
				}
			}
			if test.all {
				o.release(start, true)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestInputsHeaderRoundTrip(t *testing.T) {
	positions := []position{{partition{"raw-topology", 3}, 1234}, {partition{"network_maps", 0}, 0}}
	var text []byte
	for _, p := range positions {
		text = appendPosition(text, p)
	}
	if got := string(text); got != "raw-topology/3=1234,network_maps/0=0" {
		t.Errorf("header = %q", got)
	}
	got := inputsOf(message("t", 0, string(text)))
	if diff := cmp.Diff(positions, got, cmp.AllowUnexported(position{}, partition{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
