package stream

import (
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

func TestEnds(t *testing.T) {
	topic := "raw"
	at := func(number int32, offset kafka.Offset) kafka.TopicPartition {
		return kafka.TopicPartition{Topic: &topic, Partition: number, Offset: offset}
	}
	record := func(number int32, offset kafka.Offset) kafka.Event {
		return &kafka.Message{TopicPartition: at(number, offset)}
	}
	for _, test := range []struct {
		name   string
		events []kafka.Event
		want   []bool
	}{
		{"record before the end", []kafka.Event{record(0, 3)}, []bool{false}},
		{"record at the end, once", []kafka.Event{record(0, 4), record(0, 5)}, []bool{true, false}},
		{"record after the end", []kafka.Event{record(0, 9)}, []bool{true}},
		{"nothing more", []kafka.Event{record(0, 3), kafka.PartitionEOF(at(0, 5)), kafka.PartitionEOF(at(0, 5))}, []bool{false, true, false}},
		{"another partition", []kafka.Event{record(1, 4), kafka.PartitionEOF(at(1, 5))}, []bool{false, false}},
		{"an error", []kafka.Event{kafka.NewError(kafka.ErrTransport, "", false)}, []bool{false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := ends{partition{topic, 0}: 5}
			for i, event := range test.events {
				if _, got := e.at(event); got != test.want[i] {
					t.Errorf("event %d: %t, want %t", i, got, test.want[i])
				}
			}
		})
	}
}
