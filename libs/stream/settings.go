package stream

import (
	"context"
	"log/slog"
	"maps"
	"strconv"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// clientConfig returns the librdkafka settings that all clients of a service share;
// own settings come first, KAFKA_PROPERTIES overrides them.
func clientConfig(c service.Config, own kafka.ConfigMap) (*kafka.ConfigMap, error) {
	if scheme, rest, ok := strings.Cut(c.KafkaBootstrapServers, "://"); ok && strings.HasPrefix(strings.ToLower(scheme), "http") {
		return nil, service.Wrong("KAFKA_BOOTSTRAP_SERVERS", c.KafkaBootstrapServers, "has "+scheme+":// in front; brokers are host:port", rest)
	}
	m := kafka.ConfigMap{
		"bootstrap.servers":        c.KafkaBootstrapServers,
		"client.id":                "altostream",
		"log.connection.close":     false,
		"reconnect.backoff.ms":     50,
		"reconnect.backoff.max.ms": 1000,
		"socket.nagle.disable":     true,
		"enable.metrics.push":      false,
	}
	maps.Copy(m, own)
	for key, value := range c.KafkaProperties {
		m[key] = value
	}
	return &m, nil
}

// NewConsumer returns a consumer that starts at the beginning of tables and says
// when it has reached their end. Its own log lines go to log.
func NewConsumer(c service.Config, group string, log *slog.Logger) (*kafka.Consumer, error) {
	own := kafka.ConfigMap{
		"group.id":                           group,
		"auto.offset.reset":                  "earliest",
		"enable.auto.commit":                 "false",
		"enable.auto.offset.store":           "false",
		"enable.partition.eof":               "true",
		"partition.assignment.strategy":      "cooperative-sticky",
		"session.timeout.ms":                 "6000",
		"heartbeat.interval.ms":              "1000",
		"fetch.wait.max.ms":                  "100",
		"fetch.error.backoff.ms":             "20",
		"topic.metadata.refresh.interval.ms": "10000",
		"queued.max.messages.kbytes":         "32768",
	}
	logs := log.Enabled(context.Background(), slog.LevelDebug)
	maps.Copy(own, logSettings(logs))
	config, err := clientConfig(c, own)
	if err != nil {
		return nil, err
	}
	consumer, err := kafka.NewConsumer(config)
	if err != nil {
		return nil, propertiesError(err)
	}
	if logs {
		go drainLogs(consumer.Logs(), log)
	}
	return consumer, nil
}

// logSettings returns the settings of a client with or without a channel of log lines, which is looked at ten
// times a second. What is fatal is an error as well.
func logSettings(channel bool) kafka.ConfigMap {
	if channel {
		return kafka.ConfigMap{"go.logs.channel.enable": true}
	}
	return kafka.ConfigMap{"log_level": "0", "log.queue": "true"}
}

// consumer returns a consumer of the processor's group.
func (c *client) consumer() (*kafka.Consumer, error) {
	return NewConsumer(c.config, c.access.group, c.runtime.Log)
}

// producer returns a producer of transactions.
func (c *client) producer(transactionalID string) (*kafka.Producer, error) {
	own := kafka.ConfigMap{
		"transactional.id":             transactionalID,
		"transaction.timeout.ms":       strconv.FormatInt(transactionTime.Milliseconds(), 10),
		"acks":                         "all",
		"linger.ms":                    "0",
		"queue.buffering.max.messages": "50000",
		"queue.buffering.max.kbytes":   strconv.Itoa(queueKiB),
		"compression.type":             "lz4",
		"go.delivery.report.fields":    "none",
		"go.events.channel.size":       1000, // a million without, 40 MB for each partition
		"go.produce.channel.size":      1,
	}
	maps.Copy(own, logSettings(false))
	config, err := clientConfig(c.config, own)
	if err != nil {
		return nil, err
	}
	producer, err := kafka.NewProducer(config)
	return producer, propertiesError(err)
}

// asker returns a producer of no records, of which an admin client is made: that does not say by itself why it has
// no broker.
func (c *client) asker() (*kafka.Producer, error) {
	config, err := clientConfig(c.config, kafka.ConfigMap{
		"go.logs.channel.enable":  true,
		"go.events.channel.size":  100,
		"go.produce.channel.size": 1,
		"log.connection.close":    true, // or it says nothing of brokers that want TLS
	})
	if err != nil {
		return nil, err
	}
	producer, err := kafka.NewProducer(config)
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
