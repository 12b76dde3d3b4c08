package stream

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// writer writes publications to Kafka, in order, while the next ones are made and join them.
type writer[V any] struct {
	*publisher[V]
	publications chan *publication
	busy         atomic.Bool // it writes
	cancel       context.CancelFunc
	done         chan struct{} // closed when it has ended
	err          error         // why, before it was stopped
}

// startWriter starts a writer; it calls room when it can take a publication, and failed when it ends
// by itself.
func startWriter[V any](ctx context.Context, p *publisher[V], room func(), failed func(*writer[V])) *writer[V] {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w := &writer[V]{publisher: p, publications: make(chan *publication, 1), cancel: cancel, done: make(chan struct{})}
	go func() {
		if w.err = w.run(ctx, room); w.err != nil {
			close(w.done)
			failed(w)
			return
		}
		close(w.done)
	}()
	return w
}

func (w *writer[V]) run(ctx context.Context, room func()) error {
	for {
		select {
		case publication, more := <-w.publications:
			if !more {
				return nil
			}
			b := newBatch(publication, w.publications)
			w.busy.Store(true)
			err := w.write(ctx, b)
			w.busy.Store(false)
			if err != nil {
				return err
			}
			room()
			b.tell()
		case <-w.end.lost:
			return fmt.Errorf("%w: %w", errLost, w.end.loss())
		}
	}
}

// full reports whether there is no room for a publication.
func (w *writer[V]) full() bool { return len(w.publications) == cap(w.publications) }

// stop ends the writer when it has written what it was given, after d at the latest, and
// reports whether it has.
func (w *writer[V]) stop(d time.Duration) bool {
	close(w.publications)
	select {
	case <-w.done:
		w.cancel()
		w.close()
		return w.err == nil
	case <-time.After(d):
	}
	w.cancel()
	w.purge()
	go func() {
		<-w.done
		w.close()
	}()
	return false
}
