package lab

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/altoctl"
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
	changed := func(c altoctl.Change[T]) error {
		text := "there is none"
		if c.New != nil {
			text = size(c.Old, c.New)
		}
		s.say("+%.1f ms  %s  %s", float64(c.Latency.Microseconds())/1000, c.Key, text)
		return nil
	}
	err := altoctl.Watch(ctx, l.Clients(), topic, func(string, error) {}, first, changed, nil)
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

// costMapSize counts the costs and those that differ, of which it shows the first.
func costMapSize(old, now *schemas.CostMap) string {
	count := 0
	for _, row := range now.CostMap {
		count += len(row)
	}
	text := fmt.Sprintf("%d PIDs, %d costs", len(now.CostMap), count)
	if old == nil {
		return text
	}
	differ, example := 0, ""
	for _, from := range slices.Sorted(maps.Keys(mergedRows(old.CostMap, now.CostMap))) {
		before, after := old.CostMap[from], now.CostMap[from]
		for _, to := range slices.Sorted(maps.Keys(mergedRows(before, after))) {
			if b, a := costText(before, to), costText(after, to); a != b {
				if differ++; differ == 1 {
					example = fmt.Sprintf("\n  %s → %s: %s → %s", from, to, b, a)
				}
			}
		}
	}
	return fmt.Sprintf("%s, %d differ%s", text, differ, example)
}

// mergedRows has the keys of both.
func mergedRows[V any](a, b map[string]V) map[string]V {
	merged := maps.Clone(a)
	if merged == nil {
		merged = map[string]V{}
	}
	maps.Copy(merged, b)
	return merged
}

func costText(row map[string]float64, to string) string {
	if cost, ok := row[to]; ok {
		return fmt.Sprint(cost)
	}
	return "-"
}
