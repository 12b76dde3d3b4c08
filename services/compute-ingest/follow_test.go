package computeingest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/compute-ingest/collect"
	"github.com/altostream/altostream/services/compute-ingest/collect/document"
)

// frame is the runtime of a test, its metrics and its log.
type frame struct {
	*service.Runtime
	registry *prometheus.Registry
	log      *logText
}

// logText is a log that can be read while it is written.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newFrame(t *testing.T) frame {
	t.Helper()
	registry, text := prometheus.NewRegistry(), &logText{}
	log := slog.New(slog.NewTextHandler(io.MultiWriter(text, t.Output()), nil))
	rt, err := service.NewRuntime("compute-ingest", log, registry, sdktrace.NewTracerProvider().Tracer("test"))
	if err != nil {
		t.Fatal(err)
	}
	return frame{rt, registry, text}
}

// metric is the value of a metric for a source, summed over its other labels; -1 if
// there is none.
func (f frame) metric(t *testing.T, name, source string) float64 {
	t.Helper()
	families, err := f.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := -1.0
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "altostream_"+name) {
			continue
		}
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if label.GetName() == "source" && label.GetValue() == source {
					sum = max(sum, 0) + m.GetCounter().GetValue() + m.GetGauge().GetValue()
				}
			}
		}
	}
	return sum
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("%s: not within 10 s", what)
}

// followed is a document that is read; an empty one and "bad" are none.
type followed struct {
	frame
	follower *follower
	texts    chan string
	failures chan time.Time // since when it is stale
}

var errBad = errors.New("is bad")

func follow(t *testing.T, path string, interval time.Duration) *followed {
	t.Helper()
	f := &followed{frame: newFrame(t), texts: make(chan string, 100), failures: make(chan time.Time, 100)}
	telemetry, err := newTelemetry(f.Runtime)
	if err != nil {
		t.Fatal(err)
	}
	reader := document.NewReader(path)
	f.follower = newFollower("static", reader, interval, telemetry)
	f.follower.read = func(ctx context.Context, _ time.Time) ([]collect.Problem, error) {
		return nil, reader.Read(ctx, func(text []byte) error {
			if len(text) == 0 || string(text) == "bad" {
				return errBad
			}
			f.texts <- string(text)
			return nil
		})
	}
	f.follower.failed = func(_ context.Context, since time.Time, _ error) { f.failures <- since }
	if err := telemetry.watchAges([]*follower{f.follower}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); f.follower.follow(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return f
}

// want waits for the next new content.
func (f *followed) want(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-f.texts:
		if got != want {
			t.Fatalf("read %q, want %q", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("%q not read within 10 s", want)
	}
}

func (f *followed) wantNothing(t *testing.T) {
	t.Helper()
	select {
	case got := <-f.texts:
		t.Fatalf("read %q again or too early", got)
	case <-time.After(50 * time.Millisecond):
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// replace writes a file as editors and configuration managers do: beside it, then
// renamed over it.
func replace(t *testing.T, path, text string) {
	t.Helper()
	write(t, path+".new", text)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// An interval of an hour shows that the watch alone is enough.
func TestAFileIsWatched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "compute.json")
	f := follow(t, path, time.Hour)
	eventually(t, "the missing file is reported", func() bool { return strings.Contains(f.log.String(), "no such file") })
	write(t, path, "1")
	f.want(t, "1")
	replace(t, path, "2")
	f.want(t, "2")
	write(t, path, "2")
	f.wantNothing(t)
	write(t, path, "3")
	f.want(t, "3")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the loss is reported", func() bool { return f.metric(t, "compute_read_failures", "static") >= 2 })
	replace(t, path, "4")
	f.want(t, "4")
	eventually(t, "the return is reported", func() bool { return strings.Contains(f.log.String(), "source is read again") })
}

// Kubernetes mounts a ConfigMap as links through ..data, and replaces that link.
func TestAMountedConfigMapIsWatched(t *testing.T) {
	folder := t.TempDir()
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	version := func(name, text string) {
		t.Helper()
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, name, "compute.json"), text)
	}
	version("v1", "1")
	link("v1", "..data")
	link("..data/compute.json", "compute.json")
	f := follow(t, filepath.Join(folder, "compute.json"), time.Hour)
	f.want(t, "1")
	version("v2", "2")
	link("v2", "..data.new")
	if err := os.Rename(filepath.Join(folder, "..data.new"), filepath.Join(folder, "..data")); err != nil {
		t.Fatal(err)
	}
	f.want(t, "2")
}

func TestAFolderThatComesLater(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "later")
	path := filepath.Join(folder, "compute.json")
	f := follow(t, path, 20*time.Millisecond)
	eventually(t, "the missing folder is reported", func() bool { return f.metric(t, "compute_read_failures", "static") > 1 })
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, path, "1")
	f.want(t, "1")
}

// A document that is half written is not reported if it is good soon after.
func TestAHalfWrittenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "compute.json")
	write(t, path, "1")
	f := follow(t, path, time.Hour)
	f.want(t, "1")
	write(t, path, "bad")
	write(t, path, "2")
	f.want(t, "2")
	f.wantNothing(t)
	if n := f.metric(t, "compute_read_failures", "static"); n > 0 {
		t.Errorf("%v failures are counted", n)
	}
	write(t, path, "bad")
	eventually(t, "what stays bad is reported", func() bool { return f.metric(t, "compute_read_failures", "static") == 1 })
	if log := f.log.String(); !strings.Contains(log, "source=static") || !strings.Contains(log, path) || !strings.Contains(log, errBad.Error()) {
		t.Errorf("the log does not say what is wrong where:\n%s", log)
	}
}

func TestTheAgeOfTheLastGoodRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "compute.json")
	write(t, path, "1")
	f := follow(t, path, 10*time.Millisecond)
	f.want(t, "1")
	eventually(t, "the unchanged file is read again", func() bool { return f.metric(t, "compute_reads", "static") > 3 })
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the age grows", func() bool { return f.metric(t, "compute_read_age_seconds", "static") > .3 })
	if n := strings.Count(f.log.String(), "source cannot be read"); n != 1 {
		t.Errorf("logged %d times", n)
	}
	since := <-f.failures
	if age := f.metric(t, "compute_read_age_seconds", "static"); time.Since(since).Seconds() > age+.2 || time.Since(since).Seconds() < age-.2 {
		t.Errorf("it is stale since %v, and its age is %v s", since, age)
	}
	if len(f.failures) > 0 {
		t.Error("it is told more than once that the source is stale")
	}
	write(t, path, "1")
	eventually(t, "the age falls", func() bool { return f.metric(t, "compute_read_age_seconds", "static") < .2 })
	f.wantNothing(t)
}

// TestFailureOfAnotherKind is told at once, whatever was told before.
func TestFailureOfAnotherKind(t *testing.T) {
	f := newFrame(t)
	telemetry, err := newTelemetry(f.Runtime)
	if err != nil {
		t.Fatal(err)
	}
	r := newFollower("static", document.NewReader("/nonexistent"), time.Hour, telemetry)
	for _, text := range []string{"connection refused", "connection refused", "503 Service Unavailable", "connection refused"} {
		r.report(t.Context(), errors.New(text))
	}
	for _, want := range []string{"connection refused", "503 Service Unavailable"} {
		if n := strings.Count(f.log.String(), want); n != 1 {
			t.Errorf("%q is told %d times, want once:\n%s", want, n, f.log)
		}
	}
}
