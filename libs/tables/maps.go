package tables

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Pair is a cost map and the network map whose PIDs it is for (RFC 7285 §11.2.3.6): their
// version tags are equal.
type Pair struct {
	Network *schemas.NetworkMap
	Costs   *versioned.CostMap
}

// Maps are pairs by the resource ids of their cost maps, and network maps by theirs. They do not
// change.
type Maps struct {
	Networks map[string]*schemas.NetworkMap
	Pairs    map[string]Pair
}

// WatchMaps calls changed with the maps when both topics have been read to their ends, and again
// whenever one of them changed, until that returns an error (stream.ErrStop is none) or ctx ends. A cost map whose network
// map is still to come is not shown yet: its pair stays the last one. bad is told of records
// that cannot be decoded.
func WatchMaps(ctx context.Context, c service.Config, changed func(Maps) error, bad func(key string, err error)) error {
	w := &mapsWatch{
		now:   Maps{Networks: map[string]*schemas.NetworkMap{}, Pairs: map[string]Pair{}},
		costs: map[string]*versioned.CostMap{}, changed: changed,
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return cmp.Or(Watch(ctx, c, schemas.NetworkMapsTopic, handlersOf(w, &w.now.Networks, bad)), stream.ErrStop)
	})
	group.Go(func() error {
		return cmp.Or(Watch(ctx, c, schemas.CostMapsTopic, handlersOf(w, &w.costs, bad)), stream.ErrStop)
	})
	if err := group.Wait(); !errors.Is(err, stream.ErrStop) {
		return err
	}
	return nil
}

type mapsWatch struct {
	mu      sync.Mutex
	now     Maps
	costs   map[string]*versioned.CostMap
	read    int // topics that have been read to their ends
	changed func(Maps) error
}

// handlersOf keeps one table of a watch.
func handlersOf[T any](w *mapsWatch, table *map[string]*T, bad func(string, error)) Handlers[T] {
	return Handlers[T]{
		Bad: bad,
		First: func(all map[string]*T) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			*table = maps.Clone(all)
			w.read++
			return w.tell()
		},
		Changed: func(c Change[T]) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			*table = maps.Clone(*table) // the one before is somebody's
			if c.New == nil {
				delete(*table, c.Key)
			} else {
				(*table)[c.Key] = c.New
			}
			return w.tell()
		},
	}
}

func (w *mapsWatch) tell() error {
	pairs := make(map[string]Pair, len(w.costs))
	for id, costs := range w.costs {
		network := w.now.Networks[costs.Meta.DependentVTags[0].ResourceID]
		if network != nil && network.Meta.VTag == costs.Meta.DependentVTags[0] {
			pairs[id] = Pair{network, costs}
		} else if last, ok := w.now.Pairs[id]; ok {
			pairs[id] = last
		}
	}
	w.now.Pairs = pairs
	const topics = 2
	if w.read < topics {
		return nil
	}
	return w.changed(w.now)
}
