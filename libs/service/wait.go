package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const (
	// tellAfter is how long a wait is nobody's business: most end by themselves.
	tellAfter = 5 * time.Second
	// tellInterval is the longest time between two lines about one wait; the first ones come sooner.
	tellInterval = 5 * time.Minute
)

// Wait is something that a service waits for. It is logged after five seconds and then at growing
// intervals (of several for one kind of thing and one reason only the oldest), shown on /readyz, where the service is not ready from then on, and measured
// (waiting_seconds).
type Wait struct {
	runtime *Runtime
	kind    string
	what    string
	since   time.Time

	mu       sync.Mutex
	reason   error
	timer    *time.Timer
	interval time.Duration // until the next line
	over     bool          // the time in which it is nobody's business
	told     bool
	done     bool
}

// Wait begins to wait for a thing of a kind ("broker", "registry" …); Done ends it.
func (r *Runtime) Wait(kind, what string) *Wait {
	w := &Wait{runtime: r, kind: kind, what: what, since: time.Now(), interval: tellAfter}
	r.mu.Lock()
	r.waits[w] = struct{}{}
	r.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(tellAfter, w.tell)
	return w
}

// Because notes why the wait goes on, as far as that is known.
func (w *Wait) Because(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reason = err
}

// Done ends the wait; one that was told of is told to have ended.
func (w *Wait) Done() {
	w.runtime.mu.Lock()
	delete(w.runtime.waits, w)
	w.runtime.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
	if w.told && !w.done {
		w.runtime.Log.Info("no longer waiting", "for", w.kind, "what", w.what, "after", w.age())
	}
	w.done = true
}

func (w *Wait) tell() {
	others, first := w.runtime.alike(w)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return
	}
	w.interval = min(2*w.interval, tellInterval)
	w.timer.Reset(w.interval)
	w.over = true
	if !first {
		return
	}
	w.told = true
	args := []any{"for", w.kind, "what", w.what, "since", w.since.Format(time.RFC3339), "waited", w.age()}
	if w.reason != nil {
		args = append(args, "error", w.reason)
	}
	if others > 0 {
		args = append(args, "others", others)
	}
	w.runtime.Log.Warn("waiting", args...)
}

// alike returns how many other waits there are for the kind of thing and of the same reason, and whether
// none of them is older.
func (r *Runtime) alike(w *Wait) (others int, first bool) {
	first = true
	before := true
	reason := w.because()
	for _, other := range r.waiting() {
		switch {
		case other == w:
			before = false
		case other.kind == w.kind && other.because() == reason:
			others++
			first = first && !before
		}
	}
	return others, first
}

func (w *Wait) because() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reason == nil {
		return ""
	}
	return w.reason.Error()
}

func (w *Wait) age() time.Duration { return time.Since(w.since).Round(100 * time.Millisecond) }

func (w *Wait) isLong() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.over
}

func (w *Wait) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := fmt.Sprintf("waiting for %s since %s: %s", w.kind, w.since.Format(time.RFC3339), w.what)
	if w.reason != nil {
		text += ": " + w.reason.Error()
	}
	return text
}

// waiting returns what the service and its parts wait for, the oldest first.
func (r *Runtime) waiting() []*Wait {
	r.mu.Lock()
	var all []*Wait
	for w := range r.waits {
		all = append(all, w)
	}
	parts := slices.Clone(r.parts)
	r.mu.Unlock()
	for _, part := range parts {
		all = append(all, part.waiting()...)
	}
	slices.SortFunc(all, func(a, b *Wait) int { return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.what, b.what)) })
	return all
}

// measureWaits makes the waits a metric.
func (r *Runtime) measureWaits() error {
	_, err := r.Meter.Float64ObservableGauge("waiting_seconds",
		metric.WithDescription("How long the service has been waiting for something, by what it waits for; of several the longest."),
		metric.WithFloat64Callback(func(_ context.Context, o metric.Float64Observer) error {
			seen := map[string]bool{}
			for _, w := range r.waiting() {
				if !seen[w.kind] {
					seen[w.kind] = true
					o.Observe(time.Since(w.since).Seconds(), metric.WithAttributes(attribute.String("for", w.kind)))
				}
			}
			return nil
		}))
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}
