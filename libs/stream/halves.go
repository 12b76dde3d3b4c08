package stream

import (
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// halves are the publications of which some records have come and others are still to come.
// The records of a publication become visible at once, but the client hands them out in
// portions.
type halves map[half]time.Time

type half struct {
	partition
	publication string
}

// take notes that a record came.
func (h halves) take(p partition, m *kafka.Message, now time.Time) {
	if id, ok := header(m, MoreHeader); ok {
		if _, known := h[half{p, id}]; !known {
			h[half{p, id}] = now
		}
	} else if id, ok := header(m, LastHeader); ok {
		delete(h, half{p, id})
	}
}

// end notes that a partition is read to its end: what is missing was compacted away.
func (h halves) end(p partition) {
	for half := range h {
		if half.partition == p {
			delete(h, half)
		}
	}
}

// none reports whether every publication is whole. One is not waited for longer than patience.
func (h halves) none(now time.Time) bool {
	for half, since := range h {
		if now.Sub(since) > patience {
			delete(h, half)
		}
	}
	return len(h) == 0
}
