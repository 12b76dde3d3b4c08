package stream

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

const (
	// toolPatience is how long a tool waits for a topic, which may have been created just now,
	// and for brokers of which none answers.
	toolPatience = 2 * time.Second
	// askTime is the longest wait for the answer to the question whether a broker is there.
	askTime = 500 * time.Millisecond
	// askInterval is the time between two such questions while a topic is followed, askPatience
	// the longest wait for an answer then.
	askInterval = time.Second
	askPatience = 2 * time.Second
)

// Reach returns nil if a broker answers, and else why none does, with the address.
func Reach(ctx context.Context, c service.Config) error {
	consumer, err := newToolConsumer(c)
	if err != nil {
		return err
	}
	defer func() { _ = closeInTime(func() { _ = consumer.Close() }) }()
	return reach(ctx, consumer, newContact(c))
}

// newToolConsumer returns a consumer that commits nothing.
func newToolConsumer(c service.Config) (*kafka.Consumer, error) {
	return NewConsumer(c, "altostream-follow", slog.New(slog.DiscardHandler))
}

func reach(ctx context.Context, consumer *kafka.Consumer, told *contact) error {
	for start := time.Now(); ctx.Err() == nil; {
		_, err := consumer.GetMetadata(nil, false, int(askTime.Milliseconds()))
		if err == nil {
			return nil
		}
		for event := consumer.Poll(0); event != nil; event = consumer.Poll(0) {
			told.note(event)
		}
		if waited := time.Since(start); waited > topicPatience || waited > toolPatience && told.lost() {
			return told.about(told.refusal(err))
		}
	}
	return ctx.Err()
}

// contact is what a client says of its connections.
type contact struct {
	servers string
	access  access

	mu   sync.Mutex
	last *kafka.Error // why a broker is not reached
	all  bool         // none is
}

func newContact(c service.Config) *contact {
	return &contact{servers: serversOf(c), access: access{principal: principalOf(c)}}
}

// about adds to an error which brokers it is about.
func (t *contact) about(err error) error { return fmt.Errorf("%s: %w", t.servers, err) }

func (t *contact) note(event kafka.Event) {
	e, ok := event.(kafka.Error)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Code() == kafka.ErrAllBrokersDown {
		t.all = true
	} else {
		t.last = &e
	}
}

func (t *contact) lost() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all
}

// restored forgets what was said: a broker answers.
func (t *contact) restored() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last, t.all = nil, false
}

// reason is what was said, in the place of an error that says only that time was up.
func (t *contact) reason(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil {
		return fmt.Errorf("no answer (%w)", err)
	}
	return explain(*t.last, t.access)
}

// refusal is the reason why there never was a connection. librdkafka says nothing of one that is
// closed at once, or on which nothing comes.
func (t *contact) refusal(err error) error {
	reason := t.reason(err)
	if t.silent() {
		return remedied{reason, endsAtOnce}
	}
	return reason
}

func (t *contact) silent() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last == nil
}

// watchBrokers asks the brokers again and again, and calls away when none answers any more, with
// the reason and how long that has been so, at growing intervals; and at last, when one answers
// again, with no reason. It returns when ctx ends.
func watchBrokers(ctx context.Context, consumer *kafka.Consumer, told *contact, away func(reason error, since time.Duration)) {
	var lost, next time.Time
	var interval time.Duration
	for pause(ctx, askInterval) {
		asked := time.Now()
		_, err := consumer.GetMetadata(nil, false, int(askPatience.Milliseconds()))
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			told.restored()
			if !lost.IsZero() {
				away(nil, time.Since(lost))
			}
			lost = time.Time{}
		case lost.IsZero():
			lost, interval = asked, 5*time.Second
			fallthrough
		case time.Now().After(next):
			away(told.reason(err), time.Since(lost))
			next, interval = time.Now().Add(interval), 2*interval
		}
	}
}
