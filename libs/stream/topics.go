package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// adminTimeout is the longest wait for an answer to a request about topics.
const adminTimeout = 5 * time.Second

// Topic is what a cluster says of a topic.
type Topic struct {
	ID         string // another one when the topic was deleted and created anew
	Partitions int
	Replicas   int               // of each partition
	Config     map[string]string // nil: this principal may not read it
}

// NewAdmin returns a client that manages topics.
func NewAdmin(c service.Config) (*kafka.AdminClient, error) {
	config, err := clientConfig(c, kafka.ConfigMap{"log_level": "0"})
	if err != nil {
		return nil, err
	}
	admin, err := kafka.NewAdminClient(config)
	return admin, propertiesError(err)
}

// DescribeTopics returns those of the topics that exist, by name.
func DescribeTopics(ctx context.Context, admin *kafka.AdminClient, names []string) (map[string]Topic, error) {
	topics, err := describeTopics(ctx, admin, names, adminTimeout)
	if err != nil {
		return nil, err
	}
	return topics, describeConfigs(ctx, admin, topics)
}

// describeTopics is DescribeTopics without the topics' settings.
func describeTopics(ctx context.Context, admin *kafka.AdminClient, names []string, timeout time.Duration) (map[string]Topic, error) {
	described, err := admin.DescribeTopics(ctx, kafka.NewTopicCollectionOfTopicNames(names), kafka.SetAdminRequestTimeout(timeout))
	if err != nil {
		return nil, fmt.Errorf("describe topics: %w", err)
	}
	topics := map[string]Topic{}
	for _, d := range described.TopicDescriptions {
		switch {
		case d.Error.Code() == kafka.ErrUnknownTopicOrPart, len(d.Partitions) == 0 && d.Error.Code() == kafka.ErrNoError:
		case d.Error.Code() == kafka.ErrTopicAuthorizationFailed:
			return nil, &deniedTopic{d.Name, d.Error}
		case d.Error.Code() != kafka.ErrNoError:
			return nil, fmt.Errorf("describe topic %s: %w", d.Name, d.Error)
		default:
			topics[d.Name] = Topic{ID: d.TopicID.String(), Partitions: len(d.Partitions), Replicas: len(d.Partitions[0].Replicas)}
		}
	}
	return topics, nil
}

// deniedTopic says that this principal may not even see a topic.
type deniedTopic struct {
	topic string
	error
}

func (d *deniedTopic) Error() string { return "topic " + d.topic + ": " + d.error.Error() }
func (d *deniedTopic) Unwrap() error { return d.error }

// describeConfigs adds the topics' settings, as far as they may be read.
func describeConfigs(ctx context.Context, admin *kafka.AdminClient, topics map[string]Topic) error {
	var resources []kafka.ConfigResource
	for name := range topics {
		resources = append(resources, kafka.ConfigResource{Type: kafka.ResourceTopic, Name: name})
	}
	if len(resources) == 0 {
		return nil
	}
	results, err := admin.DescribeConfigs(ctx, resources, kafka.SetAdminRequestTimeout(adminTimeout))
	if err != nil {
		return fmt.Errorf("describe the settings of topics: %w", err)
	}
	for _, r := range results {
		switch r.Error.Code() {
		case kafka.ErrNoError:
			topic := topics[r.Name]
			topic.Config = make(map[string]string, len(r.Config))
			for key, entry := range r.Config {
				topic.Config[key] = entry.Value
			}
			topics[r.Name] = topic
		case kafka.ErrTopicAuthorizationFailed:
		default:
			return fmt.Errorf("describe the settings of topic %s: %w", r.Name, r.Error)
		}
	}
	return nil
}

// use is how a processor uses a topic.
type use struct {
	topic   string
	written bool
	whole   bool // every instance reads all of it: its number of partitions does not matter
}

func usesOf[S, E, V any](spec Spec[S, E, V]) []use {
	uses := []use{{topic: spec.Output.Topic, written: true}}
	for _, in := range spec.Inputs {
		uses = append(uses, use{topic: in.Topic, whole: spec.Owns != nil})
	}
	return uses
}

// prepareTopics waits, as long as ctx lives, until a processor's topics are as it needs
// them; it creates those that do not exist.
func prepareTopics(ctx context.Context, c *client, uses []use) error {
	producer, err := c.asker()
	if err != nil {
		return err
	}
	defer producer.Close()
	go drainLogs(producer.Logs(), c.runtime.Log)
	go c.watch(producer.Events())
	admin, err := kafka.NewAdminClientFromProducer(producer)
	if err != nil {
		return err
	}
	var topics map[string]Topic
	err = retry(ctx, c.runtime, "topics", c.servers(), func(wait *service.Wait) (err error) {
		c.waits(wait)
		if topics, err = ensureTopics(ctx, admin, uses); err != nil {
			var denied *deniedTopic
			if errors.As(err, &denied) {
				return explain(err, c.on(denied.topic, "Read"))
			}
			return c.explain(err, c.access)
		}
		c.waits(nil)
		return unfit(uses, topics, c.limits.recordBytes)
	})
	c.waits(nil)
	if err != nil {
		return err
	}
	var unread []string
	for _, u := range uses {
		if topics[u.topic].Config == nil {
			unread = append(unread, u.topic)
		}
	}
	if len(unread) > 0 {
		c.runtime.Log.Warn("the settings of topics are not checked: this principal may not read them (DescribeConfigs)", "topics", unread)
	}
	return nil
}

// ensureTopics returns the topics, after it has created those that do not exist.
func ensureTopics(ctx context.Context, admin *kafka.AdminClient, uses []use) (map[string]Topic, error) {
	names := make([]string, len(uses))
	for i, u := range uses {
		names[i] = u.topic
	}
	for start := time.Now(); ; time.Sleep(topicPause) {
		topics, err := DescribeTopics(ctx, admin, names)
		if err != nil {
			return nil, err
		}
		missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, ok := topics[name]; return ok })
		if len(missing) == 0 {
			return topics, nil
		}
		if time.Since(start) > topicPatience {
			return nil, fmt.Errorf("topics %s were created, but are not known to the brokers", strings.Join(missing, ", "))
		}
		if err := createTopics(ctx, admin, missing, partitionsBeside(uses, topics)); err != nil {
			return nil, err
		}
	}
}

// partitionsBeside returns how many partitions the topics have that are to have equal
// numbers; -1, the broker's default, if none of them exists.
func partitionsBeside(uses []use, topics map[string]Topic) int {
	for _, u := range uses {
		if topic, ok := topics[u.topic]; ok && !u.whole {
			return topic.Partitions
		}
	}
	return -1
}

// createTopics creates topics, compacted, with the broker's default replication.
func createTopics(ctx context.Context, admin *kafka.AdminClient, names []string, partitions int) error {
	specs := make([]kafka.TopicSpecification, len(names))
	for i, name := range names {
		specs[i] = kafka.TopicSpecification{
			Topic: name, NumPartitions: partitions, ReplicationFactor: -1,
			Config: map[string]string{cleanupPolicy: compact},
		}
	}
	results, err := admin.CreateTopics(ctx, specs, kafka.SetAdminOperationTimeout(adminTimeout), kafka.SetAdminRequestTimeout(adminTimeout))
	if err != nil {
		return fmt.Errorf("create topics: %w", err)
	}
	for _, r := range results {
		switch r.Error.Code() {
		case kafka.ErrNoError, kafka.ErrTopicAlreadyExists:
		case kafka.ErrTopicAuthorizationFailed, kafka.ErrClusterAuthorizationFailed:
			return fmt.Errorf("topic %s does not exist, and this principal may not create it; run as one that may: altoctl topics apply", r.Topic)
		default:
			return fmt.Errorf("create topic %s: %w", r.Topic, r.Error)
		}
	}
	return nil
}

// Settings of topics that a processor depends on.
const (
	cleanupPolicy   = "cleanup.policy"
	compact         = "compact"
	maxMessageBytes = "max.message.bytes"
)

// unfit returns an error that says what is wrong with the topics of a processor, which
// writes batches of up to batchBytes; nil if nothing is.
func unfit(uses []use, topics map[string]Topic, batchBytes int) error {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	first := uses[0] // the output, which is never read whole
	for _, u := range uses {
		topic := topics[u.topic]
		if policy, ok := topic.Config[cleanupPolicy]; ok && policy != compact {
			say("topic %s: %s is %q, must be %q, or the table loses what does not change", u.topic, cleanupPolicy, policy, compact)
		}
		if !u.whole && topic.Partitions != topics[first.topic].Partitions {
			say("topic %s: it has %d partitions, must have as many as %s, %d", u.topic, topic.Partitions, first.topic, topics[first.topic].Partitions)
		}
		if limit, err := strconv.Atoi(topic.Config[maxMessageBytes]); u.written && err == nil && limit < batchBytes {
			say("topic %s: %s is %d, must be at least the producer's message.max.bytes, %d", u.topic, maxMessageBytes, limit, batchBytes)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%s; mend it: altoctl topics apply -f deploy/topics.yaml", strings.Join(wrong, "; "))
}
