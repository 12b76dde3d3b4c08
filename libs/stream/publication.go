package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"go.opentelemetry.io/otel/trace"

	"github.com/altostream/altostream/libs/parallel"
)

// joinTime is how long publications may join one that is under way: it is seen so much later at most,
// and they without waiting for a transaction of their own.
const joinTime = 5 * time.Millisecond

// publication is changes that are published together, in order.
type publication struct {
	messages   []kafka.Message
	observedAt time.Time
	span       trace.Span
	visible    func([]kafka.Message) // takes the messages as readers see them; nil if nobody wants to know
}

// batch is publications that are delivered together. Those that come while it is under way join it,
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

// tell tells of the batch, which readers can see now, whoever wants to know.
func (b *batch) tell() {
	seen := b.messages
	for _, w := range b.publications {
		if w.visible != nil {
			w.visible(seen[:len(w.messages)])
		}
		seen = seen[len(w.messages):]
	}
}

// prepare makes a publication; the changes may change afterwards.
func (p *publisher[V]) prepare(ctx context.Context, changes []Change[V], cause Cause, inputs string) *publication {
	spanContext, span := p.runtime.Tracer.Start(traceContext.Extract(ctx, &cause.trace), p.runtime.Name+" publish")
	if cause.ObservedAt.IsZero() {
		cause.ObservedAt = time.Now()
	}
	last := headersOf(spanContext, cause, inputs)
	var more []kafka.Header
	if len(changes) > 1 {
		more, last = together(last)
	}
	messages := make([]kafka.Message, len(changes))
	parallel.Each(len(changes), 1, func() func(int) {
		return func(i int) {
			headers := more
			if i == len(changes)-1 {
				headers = last
			}
			messages[i] = p.message(changes[i], headers)
		}
	})
	w := &publication{messages: messages, observedAt: cause.ObservedAt, span: span}
	if visible := p.table.Visible; visible != nil {
		w.visible = func(seen []kafka.Message) {
			for i, change := range changes {
				visible(asSeen(change, seen[i]), len(seen[i].Value))
			}
		}
	}
	return w
}

// asSeen is a change as readers see it: without its value, if that could not be published.
func asSeen[V any](change Change[V], m kafka.Message) Change[V] {
	if m.Value != nil || change.Value == nil {
		return change
	}
	change.Value = nil
	for _, h := range m.Headers {
		if h.Key == ReasonHeader {
			change.Reason = string(h.Value)
		}
	}
	return change
}

// message returns the record of a change; a value that cannot be encoded is withdrawn.
func (p *publisher[V]) message(change Change[V], headers []kafka.Header) kafka.Message {
	m := kafka.Message{TopicPartition: p.partition, Key: []byte(change.Key), Headers: headers}
	if change.Value == nil {
		if change.Reason != "" {
			m.Headers = withReason(headers, change.Reason)
		}
		return m
	}
	value, err := p.table.Serde.Encode(change.Value)
	if err != nil {
		p.withdraw(&m, fmt.Sprintf("not encodable: %v", err))
		return m
	}
	m.Value = value
	return m
}

// withdraw makes a record that cannot be published a withdrawal: the one before is no longer true.
func (p *publisher[V]) withdraw(m *kafka.Message, reason string) {
	p.runtime.Log.Error("record withdrawn, since it cannot be published and the one before is no longer true",
		"topic", p.table.Topic, "key", string(m.Key), "reason", reason)
	p.unsendable.Add(context.Background(), 1, p.topic)
	m.Value = nil
	m.Headers = withReason(m.Headers, reason)
}
