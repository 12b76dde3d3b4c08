package stream

import "slices"

const (
	// idleMillis is the longest wait for a record; one that ends without costs a tenth of a millisecond. Heartbeats come at
	// other moments: a consumer that is closed just when one tells it of a rebalance does not leave the group (librdkafka 2.14).
	idleMillis    = 470
	pollMillis    = 100 // the same, while something is to be done at its time
	commandMillis = 10  // the same, while something is being opened
)

// pollTime is how many milliseconds a record may be waited for.
func (s *shell[S, E, V]) pollTime() int {
	tasks := s.all()
	switch {
	case slices.ContainsFunc(tasks, func(t *task[S, E, V]) bool { return t.is(opening) }):
		return commandMillis
	case slices.ContainsFunc(tasks, (*task[S, E, V]).waits), s.whole != nil && s.whole.waits():
		return pollMillis
	}
	return idleMillis
}

// waits reports whether the task has something to do when a time is over.
func (t *task[S, E, V]) waits() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state == loading || t.dirty || len(t.order.held) > 0 || len(t.pending) > 0
}

// waits reports whether there is something to do when a time is over.
func (w *whole[S, E, V]) waits() bool {
	return w.machine != nil && (len(w.left) > 0 || len(w.joining) > 0 || len(w.order.held) > 0 || len(w.pending) > 0)
}
