package lab

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/tables"
	"github.com/altostream/altostream/schemas"
)

// summarize shows, of maps that fill no screen, how large they are and how much changes.
func (s *screen) summarize(ctx context.Context, l *Lab) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return summarize(ctx, s, l, schemas.NetworkMapsTopic, networkMapSize) })
	group.Go(func() error { return summarize(ctx, s, l, schemas.CostMapsTopic, costMapSize) })
	return group.Wait()
}

func summarize[T any](ctx context.Context, s *screen, l *Lab, topic string, size func(old, now *T) string) error {
	first := func(table map[string]*T) error {
		for _, key := range slices.Sorted(maps.Keys(table)) {
			s.say("%s  %s", key, size(nil, table[key]))
		}
		return nil
	}
	changed := func(c tables.Change[T]) error {
		text := "there is none"
		if c.New != nil {
			text = size(c.Old, c.New)
		}
		s.say("+%.1f ms  %s  %s", float64(c.Latency.Microseconds())/1000, c.Key, text)
		return nil
	}
	err := tables.Watch(ctx, l.Clients(), topic, tables.Handlers[T]{First: first, Changed: changed, Bad: func(string, error) {}})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func networkMapSize(_, now *schemas.NetworkMap) string {
	prefixes := 0
	for _, group := range now.NetworkMap {
		prefixes += len(group.IPv4) + len(group.IPv6)
	}
	return fmt.Sprintf("%d PIDs, %d prefixes", len(now.NetworkMap), prefixes)
}

// costMapSize tells how many costs there are and how many differ, of which it shows the first.
func costMapSize(old, now *versioned.CostMap) string {
	text := fmt.Sprintf("%d PIDs, %d costs", len(now.PIDs()), now.Len())
	if old == nil {
		return text
	}
	differ, example := 0, ""
	for c := range now.Changes(old) {
		if differ++; differ == 1 {
			example = fmt.Sprintf("\n  %s → %s: %s → %s", c.From, c.To, costText(c.Old), costText(c.New))
		}
	}
	return fmt.Sprintf("%s, %d differ%s", text, differ, example)
}

func costText(cost float64) string {
	if math.IsNaN(cost) {
		return "-"
	}
	return fmt.Sprint(cost)
}
