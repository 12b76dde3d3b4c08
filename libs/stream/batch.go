package stream

import (
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"go.opentelemetry.io/otel/trace"
)

// joinTime is how long publications may join one that is under way: it is seen so much later at most,
// and they without waiting for a transaction of their own.
const joinTime = 5 * time.Millisecond

// publication is changes that are published together.
type publication struct {
	messages   []kafka.Message
	observedAt time.Time
	span       trace.Span
}

// batch is publications of one transaction. Those that come while it is under way join it,
// rather than wait for the next one.
type batch struct {
	publications []*publication
	messages     []kafka.Message // of all of them
	more         <-chan *publication
	began        time.Time
}

// newBatch returns the batch of a publication and of those that join it from more, nil for none.
func newBatch(w *publication, more <-chan *publication) *batch {
	return &batch{publications: []*publication{w}, messages: w.messages, more: more, began: time.Now()}
}

// joining is where publications come from that may join; nil if it is too late. It may be closed.
func (b *batch) joining() <-chan *publication {
	if time.Since(b.began) > joinTime {
		return nil
	}
	return b.more
}

// join takes what joining gave, and reports whether it was a publication.
func (b *batch) join(w *publication) bool {
	if w == nil {
		b.more = nil
		return false
	}
	b.publications = append(b.publications, w)
	b.messages = append(b.messages, w.messages...)
	return true
}
