package altoctl

import (
	"context"
	"fmt"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// computeGroup begins the name of the consumer group of the instances of compute-ingest that have a source.
const computeGroup = "altostream-compute-ingest-"

// uncollected returns the sources of a table that no instance of compute-ingest reads, whose records nobody would mark
// as stale.
func (c *command) uncollected(ctx context.Context, table map[string]*schemas.ComputeResource) (map[string]bool, error) {
	var groups []string
	listed := map[string]bool{}
	for _, r := range table {
		if group := computeGroup + r.Source; !listed[group] {
			listed[group] = true
			groups = append(groups, group)
		}
	}
	if groups == nil {
		return nil, nil
	}
	admin, err := stream.NewAdmin(c.config)
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	described, err := admin.DescribeConsumerGroups(ctx, groups, kafka.SetAdminRequestTimeout(adminTimeout))
	if err != nil {
		return nil, err
	}
	uncollected := map[string]bool{}
	for _, group := range described.ConsumerGroupDescriptions {
		switch code := group.Error.Code(); {
		case code != kafka.ErrNoError && code != kafka.ErrGroupIDNotFound:
			return nil, fmt.Errorf("consumer group %s: %w", group.GroupID, group.Error)
		case len(group.Members) == 0:
			uncollected[group.GroupID[len(computeGroup):]] = true
		}
	}
	return uncollected, nil
}
