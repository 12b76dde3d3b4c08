package stream

import (
	"context"
	"fmt"
	"time"
)

// writer writes publications to Kafka, in order, while the next ones are made and join them.
type writer[V any] struct {
	*publisher[V]
	publications chan *publication
	failed       chan error // the end of the writer
	cancel       context.CancelFunc
	done         chan struct{} // closed when it has ended
}

func startWriter[V any](ctx context.Context, p *publisher[V]) *writer[V] {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w := &writer[V]{
		publisher: p, publications: make(chan *publication, 1), failed: make(chan error, 1),
		cancel: cancel, done: make(chan struct{}),
	}
	go func() {
		defer close(w.done)
		for {
			select {
			case publication, more := <-w.publications:
				if !more {
					return
				}
				if err := p.write(ctx, newBatch(publication, w.publications)); err != nil {
					w.failed <- err
					return
				}
			case <-p.end.lost:
				w.failed <- fmt.Errorf("%w: %w", errLost, p.end.loss())
				return
			}
		}
	}()
	return w
}

// stop ends the writer when it has written what it was given, after d at the latest, and
// reports whether it has.
func (w *writer[V]) stop(d time.Duration) bool {
	close(w.publications)
	select {
	case <-w.done:
		w.cancel()
		w.close()
		return len(w.failed) == 0
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
