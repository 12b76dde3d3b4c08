package computeingest

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

const (
	// settleTime is how long a source that has just changed may be unreadable before that
	// is reported: a file may be half written.
	settleTime = 100 * time.Millisecond
	// failureInterval is the shortest time between two log lines about a source that still
	// cannot be read.
	failureInterval = time.Minute
	// problemInterval is the same for what is put aside of a source that changes.
	problemInterval = time.Second
	// missedReads is after how many intervals without a good read a source is stale.
	missedReads = 3
)

// follower reads a source, or the sites, again and again.
type follower struct {
	source   string // its name in logs and metrics
	from     watched
	interval time.Duration
	read     func(ctx context.Context, at time.Time) ([]collect.Problem, error)
	// failed is told once when there was no good read for some intervals.
	failed func(ctx context.Context, since time.Time, err error)
	*telemetry

	failing, stale bool
	problems       []string // of the last good read
	failureLimit   service.Limit
	problemLimit   service.Limit
	good           atomic.Pointer[time.Time] // of the last good read, or of the start
}

// watched is what a source has to say of itself.
type watched interface {
	Watch(ctx context.Context) <-chan struct{}
	String() string
}

func newFollower(source string, from watched, interval time.Duration, t *telemetry) *follower {
	f := &follower{
		source: source, from: from, interval: interval, telemetry: t,
		failed:       func(context.Context, time.Time, error) {},
		failureLimit: service.Limit{Interval: failureInterval},
		problemLimit: service.Limit{Interval: problemInterval},
	}
	now := time.Now()
	f.good.Store(&now)
	return f
}

// follow reads the source now, when it changes, and at every interval, until ctx ends.
func (f *follower) follow(ctx context.Context) {
	changed := f.from.Watch(ctx)
	poll := time.NewTicker(f.interval)
	defer poll.Stop()
	settle := time.NewTimer(settleTime)
	settle.Stop()
	defer settle.Stop()
	justChanged := false
	for ctx.Err() == nil {
		if err := f.readOnce(ctx); err != nil && justChanged {
			settle.Reset(settleTime)
		} else {
			f.report(ctx, err)
		}
		justChanged = false
		select {
		case <-ctx.Done():
		case <-poll.C:
		case <-settle.C:
		case <-changed:
			justChanged = true
		}
	}
}

// readOnce reads the source, and tells what was put aside.
func (f *follower) readOnce(ctx context.Context) error {
	problems, err := f.read(ctx, time.Now())
	if err == nil {
		f.putAside(ctx, problems)
	}
	return err
}

// report counts a read, and says so when the source cannot be read and when it can again.
// Ages are measured, not taken from the time of day, which may jump.
func (f *follower) report(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	attributes := []any{slog.String("source", f.source), slog.String("location", f.from.String())}
	if err == nil {
		now := time.Now()
		f.good.Store(&now)
		f.reads.Add(ctx, 1, sourceAttribute(f.source))
		if f.failing {
			f.log.Info("source is read again", attributes...)
		}
		f.failing, f.stale = false, false
		return
	}
	f.failures.Add(ctx, 1, sourceAttribute(f.source))
	if held, ok := f.failureLimit.Allow(err.Error()); ok || !f.failing {
		f.log.Error("source cannot be read; what it told last stays", append(attributes, "error", err, "held_back", held)...)
	}
	f.failing = true
	if since := *f.good.Load(); !f.stale && time.Since(since) >= missedReads*f.interval {
		f.stale = true
		f.failed(ctx, since, err)
	}
}
