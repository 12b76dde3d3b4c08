package altoctl

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/rank"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/tables"
	"github.com/altostream/altostream/schemas"
)

// versionPatience is how long a map is waited for that fits the other one.
const versionPatience = 3 * time.Second

// ranking is a question, and the tables that answer it, as the topics fill them.
type ranking struct {
	query   rank.Query
	changed chan struct{} // something changed since the last answer

	mu     sync.Mutex
	tables *rank.Tables
	behind int // topics that are not read to their ends yet
}

// FollowRanking calls answered with the answer to a question when all topics are read to their ends, and again
// when something has changed, until it returns an error. A map whose counterpart is on its way is no answer
// unless it does not come.
func FollowRanking(ctx context.Context, c service.Config, q rank.Query, bad func(string, error), answered func(*rank.Answer, error) error, away func(error, time.Duration)) error {
	r := &ranking{query: q, changed: make(chan struct{}, 1), tables: rank.NewTables(), behind: 3}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return fill(ctx, r, c, schemas.NetworkMapsTopic, bad, away, r.tables.SetNetworkMap)
	})
	group.Go(func() error { return fill(ctx, r, c, schemas.CostMapsTopic, bad, away, r.setCosts) })
	group.Go(func() error {
		return fill(ctx, r, c, schemas.EndpointPropertiesTopic, bad, away, r.tables.SetEndpoint)
	})
	group.Go(func() error { return r.answer(ctx, answered) })
	if err := group.Wait(); !errors.Is(err, stream.ErrStop) {
		return err
	}
	return nil
}

// fill keeps one of the tables.
func fill[T any](ctx context.Context, r *ranking, c service.Config, topic string, bad func(string, error), away func(error, time.Duration), set func(string, *T)) error {
	first := func(table map[string]*T) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		for key, value := range table {
			set(key, value)
		}
		r.behind--
		r.change()
		return nil
	}
	changed := func(change tables.Change[T]) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		set(change.Key, change.New)
		r.change()
		return nil
	}
	return tables.Watch(ctx, c, topic, tables.Handlers[T]{First: first, Changed: changed, Bad: bad, Away: away})
}

func (r *ranking) setCosts(id string, m *versioned.CostMap) {
	if m == nil {
		r.tables.SetCosts(id, nil, nil)
		return
	}
	r.tables.SetCosts(id, m.Meta, m)
}

func (r *ranking) change() {
	if r.behind > 0 {
		return
	}
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// answer answers when something has changed.
func (r *ranking) answer(ctx context.Context, answered func(*rank.Answer, error) error) error {
	var patience <-chan time.Time // of maps that do not fit
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.changed:
		case <-patience:
		}
		r.mu.Lock()
		answer, err := r.tables.Answer(r.query)
		r.mu.Unlock()
		var version *rank.VersionError
		if errors.As(err, &version) && patience == nil {
			patience = time.After(versionPatience)
			continue
		}
		patience = nil
		if err := answered(answer, err); err != nil {
			return err
		}
	}
}
