package stream

import (
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// pending are the publications of which some records have come and others are still to come, since
// the client hands the records of a transaction out in portions, or since the publication is cut into
// several transactions.
type pending map[publicationID]newest

type publicationID struct {
	partition
	id string
}

// newest is when the newest record of a publication came, and when it was made.
type newest struct{ came, made time.Time }

// take notes that a record came.
func (p pending) take(tp partition, m *kafka.Message, now time.Time) {
	if id, ok := header(m.Headers, MoreHeader); ok {
		p[publicationID{tp, string(id)}] = newest{now, m.Timestamp}
	} else if id, ok := header(m.Headers, LastHeader); ok {
		delete(p, publicationID{tp, string(id)})
	}
}

// end notes that a partition is read to its end: what is missing was compacted away, unless the
// publication is of this moment.
func (p pending) end(tp partition, now time.Time) {
	for publication, record := range p {
		if publication.partition == tp && now.Sub(record.made) > patience {
			delete(p, publication)
		}
	}
}

// none reports whether every publication is whole. The next record is not waited for longer than patience.
func (p pending) none(now time.Time) bool {
	for publication, record := range p {
		if now.Sub(record.came) > patience {
			delete(p, publication)
		}
	}
	return len(p) == 0
}
