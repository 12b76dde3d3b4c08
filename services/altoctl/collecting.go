package altoctl

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// uncollected returns the sources of a table that no instance of compute-ingest reads, whose records nobody would mark
// as stale.
func (c *command) uncollected(ctx context.Context, table map[string]*schemas.ComputeResource) (map[string]bool, error) {
	sources := map[string]string{} // by group
	for _, r := range table {
		sources[collect.ConsumerGroup(r.Source)] = r.Source
	}
	if len(sources) == 0 {
		return nil, nil
	}
	admin, err := stream.NewAdmin(c.config)
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	described, err := admin.DescribeConsumerGroups(ctx, slices.Collect(maps.Keys(sources)), kafka.SetAdminRequestTimeout(adminTimeout))
	if err != nil {
		return nil, err
	}
	uncollected := map[string]bool{}
	for _, group := range described.ConsumerGroupDescriptions {
		switch code := group.Error.Code(); {
		case code != kafka.ErrNoError && code != kafka.ErrGroupIDNotFound:
			return nil, fmt.Errorf("consumer group %s: %w", group.GroupID, group.Error)
		case len(group.Members) == 0:
			uncollected[sources[group.GroupID]] = true
		}
	}
	return uncollected, nil
}
