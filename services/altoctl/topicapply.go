package altoctl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// ErrDiffers says that the cluster is not as the file says; the difference is printed.
var ErrDiffers = errors.New("the topics are not as the file says")

var errRefused = errors.New("nothing is changed, since something would be lost")

// adminTimeout is the longest wait for the answer to a change of topics.
const adminTimeout = 30 * time.Second

// planTopics prints the difference between file and cluster.
func (c *command) planTopics(ctx context.Context) error {
	return c.withTopicPlan(ctx, func(_ *topicCluster, plan topicPlan) error {
		if !plan.empty() {
			return ErrDiffers
		}
		return nil
	})
}

// applyTopics prints the difference between file and cluster, and mends it.
func (c *command) applyTopics(ctx context.Context) error {
	return c.withTopicPlan(ctx, func(cluster *topicCluster, plan topicPlan) error {
		if n := len(plan.refused); n > 0 {
			return fmt.Errorf("%w: see the lines marked with ! (%d)", errRefused, n)
		}
		if err := plan.apply(ctx, cluster.admin); err != nil {
			return err
		}
		if err := cluster.await(ctx); err != nil {
			return err
		}
		if len(plan.named) > 0 {
			fmt.Fprintln(c.out, "Done, but for what is marked with !")
			return ErrDiffers
		}
		if !plan.empty() {
			fmt.Fprintln(c.out, "Done.")
		}
		return nil
	})
}

func (c *command) withTopicPlan(ctx context.Context, do func(*topicCluster, topicPlan) error) error {
	wanted, err := readTopicsFile(c.file, c.replicas)
	if err != nil {
		return err
	}
	if err := stream.Reach(ctx, c.config); err != nil {
		return err
	}
	admin, err := stream.NewAdmin(c.config)
	if err != nil {
		return err
	}
	defer admin.Close()
	cluster := &topicCluster{admin, c.config, wanted}
	plan, err := cluster.plan(ctx, c.told)
	if err != nil {
		return err
	}
	plan.print(c.out)
	return do(cluster, plan)
}

// topicCluster is a cluster, and the topics that it is to have.
type topicCluster struct {
	admin  *kafka.AdminClient
	config service.Config
	wanted []wantedTopic
}

func (c *topicCluster) plan(ctx context.Context, told consent) (topicPlan, error) {
	actual, err := c.topics(ctx)
	if err != nil {
		return topicPlan{}, fmt.Errorf("kafka %s (KAFKA_BOOTSTRAP_SERVERS): %w", c.config.KafkaBootstrapServers, err)
	}
	return planTopics(c.wanted, actual, told), nil
}

// await waits until the brokers show what was changed: the controller tells them of it
// after it has answered.
func (c *topicCluster) await(ctx context.Context) error {
	for start := time.Now(); ; time.Sleep(settlePause) {
		plan, err := c.plan(ctx, consent{})
		if err != nil {
			return err
		}
		if plan.named = nil; plan.empty() {
			return nil
		}
		if time.Since(start) > settlePatience {
			return errors.New("the changes are made, but the brokers do not show all of them yet; look again: altoctl topics plan")
		}
	}
}

// topics returns altostream's topics in the cluster, by name.
func (c *topicCluster) topics(ctx context.Context) (map[string]realTopic, error) {
	described, err := stream.DescribeTopics(ctx, c.admin, schemas.Topics)
	if err != nil {
		return nil, err
	}
	actual := map[string]realTopic{}
	for name, topic := range described {
		if !c.extends(name, topic) {
			actual[name] = realTopic{Topic: topic}
			continue
		}
		empty, err := c.isEmpty(ctx, name, topic.Partitions)
		for start := time.Now(); hasNoLeader(err) && time.Since(start) < settlePatience; {
			time.Sleep(settlePause)
			empty, err = c.isEmpty(ctx, name, topic.Partitions)
		}
		if err != nil {
			return nil, fmt.Errorf("offsets of %s: %w", name, err)
		}
		actual[name] = realTopic{topic, empty}
	}
	return actual, nil
}

// extends reports whether the topic is to have more partitions than it has.
func (c *topicCluster) extends(name string, topic stream.Topic) bool {
	return slices.ContainsFunc(c.wanted, func(w wantedTopic) bool { return w.name == name && w.partitions > topic.Partitions })
}

// A change takes a moment to get to all brokers, and partitions, a leader.
const (
	settlePatience = 10 * time.Second
	settlePause    = 100 * time.Millisecond
)

func hasNoLeader(err error) bool {
	var answer kafka.Error
	if !errors.As(err, &answer) {
		return false
	}
	code := answer.Code()
	return code == kafka.ErrNotLeaderForPartition || code == kafka.ErrLeaderNotAvailable || code == kafka.ErrUnknownTopicOrPart
}

// isEmpty reports whether no partition of a topic holds a record. Offsets alone do not tell: the
// brokers end the transactions of processes that were killed with markers, and write them to a
// topic of the same name that was created meanwhile. Whoever may not read the topic goes by them.
func (c *topicCluster) isEmpty(ctx context.Context, topic string, partitions int) (bool, error) {
	first, err := offsets(ctx, c.admin, topic, partitions, kafka.EarliestOffsetSpec)
	if err != nil {
		return false, err
	}
	end, err := offsets(ctx, c.admin, topic, partitions, kafka.LatestOffsetSpec)
	if err != nil || slices.Equal(first, end) {
		return err == nil, err
	}
	empty := false
	err = stream.Follow(ctx, c.config, topic,
		func(*kafka.Message) error { return stream.ErrStop },
		func() error { empty = true; return stream.ErrStop })
	var answer kafka.Error
	if errors.As(err, &answer) && answer.Code() == kafka.ErrTopicAuthorizationFailed {
		return false, nil
	}
	return empty, err
}

// offsets returns an offset of each partition of a topic.
func offsets(ctx context.Context, admin *kafka.AdminClient, topic string, partitions int, which kafka.OffsetSpec) ([]kafka.Offset, error) {
	asked := map[kafka.TopicPartition]kafka.OffsetSpec{}
	for number := range int32(partitions) {
		asked[kafka.TopicPartition{Topic: &topic, Partition: number}] = which
	}
	listed, err := admin.ListOffsets(ctx, asked, kafka.SetAdminRequestTimeout(adminTimeout))
	if err != nil {
		return nil, err
	}
	found := make([]kafka.Offset, partitions)
	for tp, info := range listed.ResultInfos {
		if info.Error.Code() != kafka.ErrNoError {
			return nil, info.Error
		}
		found[tp.Partition] = info.Offset
	}
	return found, nil
}

// apply makes the cluster as the file says. It can be run again after it has failed.
func (p *topicPlan) apply(ctx context.Context, admin *kafka.AdminClient) error {
	for _, step := range []func(context.Context, *kafka.AdminClient) error{p.applyRemove, p.applyCreate, p.applyExtend, p.applyAlter} {
		if err := step(ctx, admin); err != nil {
			return err
		}
	}
	return nil
}

func (p *topicPlan) applyRemove(ctx context.Context, admin *kafka.AdminClient) error {
	if len(p.remove) == 0 {
		return nil
	}
	results, err := admin.DeleteTopics(ctx, p.remove, kafka.SetAdminOperationTimeout(adminTimeout))
	return topicErrors("delete", results, err)
}

func (p *topicPlan) applyCreate(ctx context.Context, admin *kafka.AdminClient) error {
	if len(p.create) == 0 {
		return nil
	}
	var specs []kafka.TopicSpecification
	for _, t := range p.create {
		specs = append(specs, kafka.TopicSpecification{
			Topic: t.name, NumPartitions: t.partitions, ReplicationFactor: t.replicationFactor, Config: t.config,
		})
	}
	results, err := admin.CreateTopics(ctx, specs, kafka.SetAdminOperationTimeout(adminTimeout))
	return topicErrors("create", results, err)
}

func (p *topicPlan) applyExtend(ctx context.Context, admin *kafka.AdminClient) error {
	if len(p.extend) == 0 {
		return nil
	}
	var specs []kafka.PartitionsSpecification
	for _, e := range p.extend {
		specs = append(specs, kafka.PartitionsSpecification{Topic: e.topic, IncreaseTo: e.to})
	}
	results, err := admin.CreatePartitions(ctx, specs, kafka.SetAdminOperationTimeout(adminTimeout))
	return topicErrors("add partitions to", results, err)
}

func (p *topicPlan) applyAlter(ctx context.Context, admin *kafka.AdminClient) error {
	entries := map[string][]kafka.ConfigEntry{}
	for _, a := range p.alter {
		entries[a.topic] = append(entries[a.topic], kafka.ConfigEntry{
			Name: a.key, Value: a.new, IncrementalOperation: kafka.AlterConfigOpTypeSet,
		})
	}
	var resources []kafka.ConfigResource
	for topic, config := range entries {
		resources = append(resources, kafka.ConfigResource{Type: kafka.ResourceTopic, Name: topic, Config: config})
	}
	if len(resources) == 0 {
		return nil
	}
	results, err := admin.IncrementalAlterConfigs(ctx, resources, kafka.SetAdminRequestTimeout(adminTimeout))
	errs := []error{err}
	for _, r := range results {
		if r.Error.Code() != kafka.ErrNoError {
			errs = append(errs, fmt.Errorf("alter topic %s: %w", r.Name, r.Error))
		}
	}
	return errors.Join(errs...)
}

// topicErrors says which topics the cluster did not do something to, and why.
func topicErrors(what string, results []kafka.TopicResult, err error) error {
	errs := []error{err}
	for _, r := range results {
		if r.Error.Code() != kafka.ErrNoError {
			errs = append(errs, fmt.Errorf("%s topic %s: %w", what, r.Topic, r.Error))
		}
	}
	return errors.Join(errs...)
}
