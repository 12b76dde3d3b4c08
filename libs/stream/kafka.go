package stream

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// clientConfig returns the librdkafka settings that all clients of a service share;
// own settings come first, KAFKA_PROPERTIES overrides them.
func clientConfig(c service.Config, own kafka.ConfigMap) *kafka.ConfigMap {
	m := kafka.ConfigMap{
		"bootstrap.servers":        c.KafkaBootstrapServers,
		"client.id":                "altostream",
		"log.connection.close":     false,
		"reconnect.backoff.ms":     50,
		"reconnect.backoff.max.ms": 1000,
		"socket.nagle.disable":     true,
		"enable.metrics.push":      false,
	}
	for key, value := range own {
		m[key] = value
	}
	for key, value := range c.KafkaProperties {
		m[key] = value
	}
	return &m
}

// NewConsumer returns a consumer that starts at the beginning of tables and says
// when it has reached their end. Its own log lines go to log.
func NewConsumer(c service.Config, group string, log *slog.Logger) (*kafka.Consumer, error) {
	consumer, err := kafka.NewConsumer(clientConfig(c, kafka.ConfigMap{
		"group.id":                           group,
		"auto.offset.reset":                  "earliest",
		"enable.auto.commit":                 "false",
		"enable.auto.offset.store":           "false",
		"enable.partition.eof":               "true",
		"partition.assignment.strategy":      "range",
		"session.timeout.ms":                 "6000",
		"heartbeat.interval.ms":              "1000",
		"fetch.wait.max.ms":                  "100",
		"fetch.error.backoff.ms":             "20",
		"topic.metadata.refresh.interval.ms": "10000",
		"queued.max.messages.kbytes":         "32768",
		"go.logs.channel.enable":             true,
	}))
	if err != nil {
		return nil, propertiesError(err)
	}
	go drainLogs(consumer.Logs(), log)
	return consumer, nil
}

// newProducer returns a producer of transactions.
func newProducer(c service.Config, transactionalID string) (*kafka.Producer, error) {
	producer, err := kafka.NewProducer(clientConfig(c, kafka.ConfigMap{
		"transactional.id":             transactionalID,
		"transaction.timeout.ms":       int(transactionTime.Milliseconds()),
		"acks":                         "all",
		"linger.ms":                    "0",
		"queue.buffering.max.messages": "50000",
		"queue.buffering.max.kbytes":   "65536",
		"compression.type":             "lz4",
		"go.delivery.report.fields":    "none",
		"go.logs.channel.enable":       true,
	}))
	return producer, propertiesError(err)
}

// propertiesError blames KAFKA_PROPERTIES for a setting that librdkafka refuses: the
// only settings that are not ours.
func propertiesError(err error) error {
	if err == nil {
		return nil
	}
	return service.Wrong("KAFKA_PROPERTIES", "…", "was refused: "+err.Error(), "security.protocol=SSL,ssl.ca.location=/etc/ca.pem")
}

// warnings logs errors that Kafka gets over, with a rate limit.
type warnings struct {
	log     *slog.Logger
	servers string
	limit   service.Limit
}

func newWarnings(c service.Config, log *slog.Logger) *warnings {
	return &warnings{log: log, servers: c.KafkaBootstrapServers, limit: service.Limit{Interval: 5 * time.Second}}
}

func (w *warnings) warn(err error) {
	if held, ok := w.limit.Allow(); ok {
		w.log.Warn("kafka", "servers", w.servers, "error", err, "held_back", held)
	}
}

// drainLogs passes librdkafka's log lines on until the client is closed.
func drainLogs(logs <-chan kafka.LogEvent, log *slog.Logger) {
	limit := service.Limit{Interval: 5 * time.Second}
	for line := range logs {
		if held, ok := limit.Allow(); ok {
			log.Debug("librdkafka", "tag", line.Tag, "message", line.Message, "held_back", held)
		}
	}
}

// retry calls f until it succeeds or ctx ends. A failure is logged when it is another one
// than before, and once in a minute.
func retry(ctx context.Context, log *slog.Logger, what string, f func() error) error {
	const wait, remind = 2 * time.Second, time.Minute
	var said string
	var last time.Time
	for {
		err := f()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if text := err.Error(); text != said || time.Since(last) >= remind {
			log.Error("cannot start yet; trying again", "what", what, "error", err, "every", wait)
			said, last = text, time.Now()
		}
		if !pause(ctx, wait) {
			return ctx.Err()
		}
	}
}

// closeWithin closes a client that may hang when its broker is gone.
func closeWithin(d time.Duration, closeClient func()) error {
	done := make(chan struct{})
	go func() {
		closeClient()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-time.After(d):
		return errors.New("kafka client did not close in time")
	}
}
