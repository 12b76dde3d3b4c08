package tables

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
	"github.com/altostream/altostream/schemas"
)

// versionPatience is how long a map is waited for that fits the other one.
const versionPatience = 3 * time.Second

// WatchRanking calls answered with the answer to a question, or why there is none, when all topics have been read
// to their ends, and again when something has changed, until it returns an error (stream.ErrStop ends without one) or
// ctx ends. A map whose counterpart is on its way is waited for. bad and away are as in Handlers.
func WatchRanking(ctx context.Context, c service.Config, q rank.Query, answered func(*rank.Answer, error) error, bad func(string, error), away func(error, time.Duration)) error {
	r := &ranking{query: q, changed: make(chan struct{}, 1), tables: rank.NewTables(), behind: 3}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return Watch(ctx, c, schemas.NetworkMapsTopic, fill(r, r.tables.SetNetworkMap, bad, away))
	})
	group.Go(func() error {
		return Watch(ctx, c, schemas.CostMapsTopic, fill(r, func(id string, m *versioned.CostMap) {
			if m == nil {
				r.tables.SetCosts(id, nil, nil)
				return
			}
			r.tables.SetCosts(id, m.Meta, m)
		}, bad, away))
	})
	group.Go(func() error {
		return Watch(ctx, c, schemas.EndpointPropertiesTopic, fill(r, r.tables.SetEndpoint, bad, away))
	})
	group.Go(func() error { return r.answer(ctx, answered) })
	if err := group.Wait(); !errors.Is(err, stream.ErrStop) {
		return err
	}
	return nil
}

// ranking is a question, and the tables that answer it.
type ranking struct {
	query   rank.Query
	changed chan struct{} // something changed since the last answer

	mu     sync.Mutex
	tables *rank.Tables
	behind int // topics that have not been read to their ends
}

// fill keeps one of the tables.
func fill[T any](r *ranking, set func(string, *T), bad func(string, error), away func(error, time.Duration)) Handlers[T] {
	return Handlers[T]{
		Bad: bad, Away: away,
		First: func(all map[string]*T) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			for key, value := range all {
				set(key, value)
			}
			r.behind--
			r.change()
			return nil
		},
		Changed: func(c Change[T]) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			set(c.Key, c.New)
			r.change()
			return nil
		},
	}
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
	var patience <-chan time.Time // with maps that do not fit
	for {
		over := false
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.changed:
		case <-patience:
			over = true
		}
		r.mu.Lock()
		answer, err := r.tables.Answer(r.query)
		r.mu.Unlock()
		var version *rank.VersionError
		if errors.As(err, &version) && !over {
			if patience == nil {
				patience = time.After(versionPatience)
			}
			continue
		}
		patience = nil
		if err := answered(answer, err); err != nil {
			return err
		}
	}
}
