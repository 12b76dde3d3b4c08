package service

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func testRuntime(t *testing.T, name string, registry *prometheus.Registry) *Runtime {
	t.Helper()
	tracer, flush, err := NewTracer(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(flush)
	rt, err := NewRuntime(name, NewLogger(&Config{LogFormat: "json"}, io.Discard), registry, tracer)
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

func TestServe(t *testing.T) {
	registry := prometheus.NewRegistry()
	one, two := testRuntime(t, "one", registry), testRuntime(t, "two", registry)
	counter, err := one.Meter.Int64Counter("things")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 3)
	server, err := Serve("127.0.0.1:0", "HTTP_LISTEN", registry, one, two)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	base := "http://" + server.Addr
	if status, _ := get(t, base+"/healthz"); status != http.StatusOK {
		t.Errorf("healthz = %d", status)
	}
	one.Ready(true)
	if status, body := get(t, base+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "two is not caught up") {
		t.Errorf("readyz = %d %q, want 503 naming two", status, body)
	}
	two.Ready(true)
	if status, _ := get(t, base+"/readyz"); status != http.StatusOK {
		t.Errorf("readyz = %d, want 200", status)
	}
	if status, _ := get(t, base+"/own"); status != http.StatusNotFound {
		t.Errorf("a page that is not there = %d", status)
	}
	two.Handle("/own", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "of two") })
	if status, body := get(t, base+"/own"); status != http.StatusOK || body != "of two" {
		t.Errorf("a service's own page = %d %q", status, body)
	}
	if _, body := get(t, base+"/metrics"); !strings.Contains(body, `altostream_things_total{service="one"} 3`) {
		t.Errorf("metrics = %s", body)
	}
}

// TestTraceContext makes trace contexts without an exporter.
func TestTraceContext(t *testing.T) {
	rt := testRuntime(t, "one", prometheus.NewRegistry())
	_, span := rt.Tracer.Start(t.Context(), "s")
	if !span.SpanContext().IsValid() {
		t.Error("a span has no context to pass on")
	}
}

func TestStart(t *testing.T) {
	t.Setenv("HTTP_LISTEN", "127.0.0.1:0")
	broken := errors.New("broken")
	ctx, cancel := context.WithCancel(t.Context())
	for _, test := range []struct {
		name string
		run  func(context.Context, testConfig, *Runtime) error
		want error
	}{
		{"fails", func(context.Context, testConfig, *Runtime) error { return broken }, broken},
		{"ends by signal", func(ctx context.Context, _ testConfig, _ *Runtime) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		}, nil},
	} {
		if err := start(ctx, "test", ":1", test.run); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}

func TestStartEndsInSilence(t *testing.T) {
	t.Setenv("HTTP_LISTEN", "127.0.0.1:0")
	run := func(context.Context, testConfig, *Runtime) error { return nil }
	if err := start(t.Context(), "test", ":1", run); err == nil {
		t.Error("a service that ends in silence is no error")
	}
}

func TestLimit(t *testing.T) {
	l := Limit{Interval: time.Hour}
	if _, ok := l.Allow(); !ok {
		t.Error("the first is held back")
	}
	for range 3 {
		if _, ok := l.Allow(); ok {
			t.Error("one too many")
		}
	}
	l.Interval = 0
	if held, ok := l.Allow(); !ok || held != 3 {
		t.Errorf("held = %d, %v; want 3", held, ok)
	}
}

// TestLimitOfCauses does not hide one cause behind another, and bounds how many there are.
func TestLimitOfCauses(t *testing.T) {
	l := Limit{Interval: time.Hour}
	allowed := func(cause string) bool {
		_, ok := l.Allow(cause)
		return ok
	}
	if !allowed("a") || allowed("a") || !allowed("b") || allowed("b") {
		t.Error("one cause hides another, or is not held back")
	}
	lines := 2
	for i := range 1000 {
		if allowed(strconv.Itoa(i)) {
			lines++
		}
	}
	if lines > maxCauses+1 {
		t.Errorf("%d lines in an interval", lines)
	}
	l.Interval = 0
	if held, ok := l.Allow("a"); !ok || held != 1 {
		t.Errorf("held = %d, %v; want 1", held, ok)
	}
}
