package stream

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// client is how the parts of a processor reach Kafka: made once, from the configuration.
type client struct {
	config  service.Config
	runtime *service.Runtime
	access  access
	limits  limits
	limit   service.Limit // of log lines

	mu   sync.Mutex
	why  error         // a connection failed
	down error         // the brokers are away
	away *service.Wait // for the brokers; nil: they answer
}

// newClient is for a processor with its consumer group and topics.
func newClient(c service.Config, rt *service.Runtime, group string, topics ...string) *client {
	return &client{
		config: c, runtime: rt, limit: service.Limit{Interval: 5 * time.Second},
		access: access{principal: principalOf(c), group: group, topics: "Read on topic " + strings.Join(topics, ", ")},
		limits: limitsOf(c.KafkaProperties),
	}
}

// servers names the brokers and where that can be changed.
func (c *client) servers() string { return serversOf(c.config) }

func serversOf(c service.Config) string {
	return "kafka " + c.KafkaBootstrapServers + " (KAFKA_BOOTSTRAP_SERVERS)"
}

// on is what a client needs on a topic.
func (c *client) on(topic, operation string) access {
	return access{principal: c.access.principal, topics: operation + " on topic " + topic}
}

// note takes what a client of Kafka tells of by itself and gets over.
func (c *client) note(e kafka.Error) {
	c.learn(e)
	switch e.Code() {
	case kafka.ErrAllBrokersDown:
		c.missing(explain(e, c.access))
	case kafka.ErrTransport, kafka.ErrResolve, kafka.ErrTimedOut: // of one broker of several, maybe
	default:
		c.warn(e)
	}
}

// learn takes why brokers are not reached.
func (c *client) learn(e kafka.Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case tellsWhy(e):
		c.why = explain(e, c.access)
	case e.Code() == kafka.ErrAllBrokersDown:
		c.down = explain(e, c.access)
	default:
		return
	}
	if c.away != nil {
		c.away.Because(cmp.Or(c.why, c.down))
	}
}

// missing notes that the brokers do not answer, until answered.
func (c *client) missing(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away == nil {
		c.away = c.runtime.Wait("broker", c.servers())
	}
	c.down = err
	c.away.Because(cmp.Or(c.why, err))
}

// waits notes that the brokers do not answer, and who waits for that already; nil: they answer.
func (c *client) waits(wait *service.Wait) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.away = wait
	if wait == nil {
		c.why, c.down = nil, nil
	}
}

// answered notes that the brokers answer.
func (c *client) answered() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.why, c.down = nil, nil
	if c.away != nil {
		c.away.Done()
		c.away = nil
	}
}

// explain says why a call did not get through, as far as the brokers' connections tell, or else what
// there is to do about the error.
func (c *client) explain(err error, a access) error {
	var ke kafka.Error
	if errors.As(err, &ke) && (ke.Code() == kafka.ErrTimedOut || ke.Code() == kafka.ErrAllBrokersDown || ke.Code() == kafka.ErrTransport) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if why := cmp.Or(c.why, c.down); why != nil {
			return why
		}
	}
	return explain(err, a)
}

// watch takes the events of a producer of no records until it is closed.
func (c *client) watch(events <-chan kafka.Event) {
	for e := range events {
		if e, ok := e.(kafka.Error); ok {
			c.learn(e)
		}
	}
}

// warn logs an error that Kafka's clients get over, with a rate limit.
func (c *client) warn(err error) {
	text := explain(err, c.access).Error()
	if held, ok := c.limit.Allow(cause(text)); ok {
		c.runtime.Log.Warn("kafka", "servers", c.config.KafkaBootstrapServers, "error", text, "held_back", held)
	}
}

// cause is what a line is about: times in it differ.
func cause(text string) string { return durations.ReplaceAllString(text, "") }

var durations = regexp.MustCompile(`\d+ms`)

// drainLogs passes librdkafka's log lines on until the client is closed.
func drainLogs(logs <-chan kafka.LogEvent, log *slog.Logger) {
	limit := service.Limit{Interval: 5 * time.Second}
	for line := range logs {
		if held, ok := limit.Allow(cause(line.Message)); ok {
			log.Debug("librdkafka", "tag", line.Tag, "message", line.Message, "held_back", held)
		}
	}
}

// startPause is the pause before what waits for an operator is tried again.
const startPause = 2 * time.Second

// retry calls f until it succeeds or ctx ends. A failure is logged when it is another one than before.
func retry(ctx context.Context, rt *service.Runtime, kind, what string, f func(*service.Wait) error) error {
	wait := rt.Wait(kind, what)
	defer wait.Done()
	for said := ""; ; {
		err := f(wait)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		wait.Because(err)
		if text := err.Error(); text != said {
			rt.Log.Error("cannot start yet; trying again", "what", what, "error", err, "every", startPause)
			said = text
		}
		if !pause(ctx, startPause) {
			return ctx.Err()
		}
	}
}

// closeInTime closes a client that may hang when its broker is gone.
func closeInTime(closeClient func()) error {
	done := make(chan struct{})
	go func() {
		closeClient()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-time.After(closeTime):
		return errors.New("kafka client did not close in time")
	}
}
