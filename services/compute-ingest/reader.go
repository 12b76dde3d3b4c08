package computeingest

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/altostream/altostream/libs/service"
)

const (
	// maxDocument is the most that is read of a document, in bytes.
	maxDocument = 64 << 20
	// settleTime is how long a file that has just changed may be unreadable before
	// that is reported: it may be half written.
	settleTime = 100 * time.Millisecond
	// failureInterval is the shortest time between two log lines about a document
	// that still cannot be read.
	failureInterval = time.Minute
	// problemInterval is the same for what is put aside of a document that changes.
	problemInterval = time.Second
)

// location is where a document is.
type location interface {
	// fetch returns the document. unchanged says that it is the one last accepted.
	fetch(ctx context.Context) (text []byte, unchanged bool, err error)
	// accept says that the document last fetched was used.
	accept()
	// folder is what has to be watched for changes, "" if only polling helps.
	folder() string
	// concerns reports whether a change of this name in the folder may have changed
	// the document.
	concerns(path string) bool
	String() string
}

// reader reads a document again and again and hands over each new content.
type reader struct {
	source   string // its name in logs and metrics
	location location
	interval time.Duration
	use      use
	*telemetry

	used         [sha256.Size]byte // digest of the content last used
	failing      bool
	failureLimit service.Limit
	problemLimit service.Limit
	good         atomic.Int64 // time of the last good read, or of the start: Unix microseconds
}

// use takes a new content. Its error says that the text is no document, its problems
// are what it put aside of one.
type use = func(ctx context.Context, text []byte, at time.Time) ([]Problem, error)

func newReader(source string, l location, interval time.Duration, t *telemetry, u use) *reader {
	r := &reader{
		source: source, location: l, interval: interval, use: u, telemetry: t,
		failureLimit: service.Limit{Interval: failureInterval},
		problemLimit: service.Limit{Interval: problemInterval},
	}
	r.good.Store(time.Now().UnixMicro())
	return r
}

// follow reads the document now, when it changes, and at every interval, until ctx
// ends.
func (r *reader) follow(ctx context.Context) {
	watch, events, stop := r.watcher()
	defer stop()
	poll := time.NewTicker(r.interval)
	defer poll.Stop()
	settle := time.NewTimer(settleTime)
	settle.Stop()
	defer settle.Stop()
	justChanged := false
	for ctx.Err() == nil {
		watch()
		if err := r.read(ctx); err != nil && justChanged {
			settle.Reset(settleTime)
		} else {
			r.report(ctx, err)
		}
		justChanged = r.wait(ctx, events, poll.C, settle.C)
	}
}

// watcher returns the changes in the document's folder from the first call of watch
// on. It is called again and again: the folder may come later or be replaced.
func (r *reader) watcher() (watch func(), events <-chan fsnotify.Event, stop func()) {
	folder := r.location.folder()
	if folder == "" {
		return func() {}, nil, func() {}
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		r.log.Warn("file cannot be watched; it is polled", "source", r.source, "interval", r.interval, "error", err)
		return func() {}, nil, func() {}
	}
	go func() {
		for err := range w.Errors {
			r.log.Debug("file watch", "source", r.source, "error", err)
		}
	}()
	return func() { _ = w.Add(folder) }, w.Events, func() { _ = w.Close() }
}

// wait returns when the document is to be read again: true if its file has just
// changed.
func (r *reader) wait(ctx context.Context, events <-chan fsnotify.Event, poll, settle <-chan time.Time) (justChanged bool) {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-poll:
			return false
		case <-settle:
			return false
		case e := <-events:
			if r.location.concerns(e.Name) {
				return true
			}
		}
	}
}

// read reads the document and hands it over if its content is new.
func (r *reader) read(ctx context.Context) error {
	at := time.Now()
	text, unchanged, err := r.location.fetch(ctx)
	if err != nil || unchanged {
		return err
	}
	if digest := sha256.Sum256(text); digest != r.used {
		problems, err := r.use(ctx, text, at)
		if err != nil {
			return err
		}
		r.used = digest
		r.putAside(ctx, problems)
	}
	r.location.accept()
	return nil
}

// report counts a read, and says so when the document cannot be read and when it can
// again.
func (r *reader) report(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	attributes := []any{slog.String("source", r.source), slog.String("location", r.location.String())}
	if err == nil {
		r.good.Store(time.Now().UnixMicro())
		r.reads.Add(ctx, 1, sourceAttribute(r.source))
		if r.failing {
			r.log.Info("document is read again", attributes...)
		}
		r.failing = false
		return
	}
	r.failures.Add(ctx, 1, sourceAttribute(r.source))
	if held, ok := r.failureLimit.Allow(err.Error()); ok || !r.failing {
		r.log.Error("document cannot be read; what it told last stays", append(attributes, "error", err, "held_back", held)...)
	}
	r.failing = true
}
