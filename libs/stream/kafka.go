package stream

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
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
		"transaction.timeout.ms":       strconv.FormatInt(transactionTime.Milliseconds(), 10),
		"acks":                         "all",
		"linger.ms":                    "0",
		"queue.buffering.max.messages": "50000",
		"queue.buffering.max.kbytes":   strconv.Itoa(queueKiB),
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
	log    *slog.Logger
	config service.Config
	access access
	why    reason
	limit  service.Limit
}

// newWarnings is for a consumer of topics in a group.
func newWarnings(c service.Config, log *slog.Logger, group string, topics ...string) *warnings {
	return &warnings{
		log: log, config: c, limit: service.Limit{Interval: 5 * time.Second},
		access: access{group: group, topics: "Read on topic " + strings.Join(topics, ", ")},
	}
}

func (w *warnings) warn(err error) {
	var ke kafka.Error
	if errors.As(err, &ke) {
		w.why.note(ke)
	}
	err = w.why.of(err, kafka.ErrAllBrokersDown)
	if held, ok := w.limit.Allow(); ok {
		w.log.Warn("kafka", "servers", w.config.KafkaBootstrapServers, "error", explain(w.config, err, w.access), "held_back", held)
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
