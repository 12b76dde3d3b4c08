// Package service is the frame around every service: configuration from the
// environment, logs, metrics, traces, health, and an end by SIGTERM.
package service

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// Runtime is what a service gets from its frame.
type Runtime struct {
	Name   string
	Log    *slog.Logger
	Meter  metric.Meter
	Tracer trace.Tracer
	ready  atomic.Bool
	mux    http.ServeMux

	mu    sync.Mutex
	parts []*Runtime
	waits map[*Wait]struct{}
}

// Part returns the frame of a part of the service, whose log lines have one more attribute.
// A service with parts is caught up when all of them are.
func (r *Runtime) Part(key, value string) *Runtime {
	part := &Runtime{Name: r.Name, Log: r.Log.With(key, value), Meter: r.Meter, Tracer: r.Tracer, waits: map[*Wait]struct{}{}}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.parts = append(r.parts, part)
	return part
}

// Handle adds a page of the service's own to HTTP_LISTEN.
func (r *Runtime) Handle(path string, page http.HandlerFunc) { r.mux.HandleFunc(path, page) }

// Ready marks the service as caught up (readyz) or, with false, as not.
func (r *Runtime) Ready(ready bool) { r.ready.Store(ready) }

// IsReady reports whether the service is caught up and has not been waiting for anything for long.
func (r *Runtime) IsReady() bool {
	return r.caughtUp() && !slices.ContainsFunc(r.waiting(), (*Wait).isLong)
}

func (r *Runtime) caughtUp() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.parts) == 0 {
		return r.ready.Load()
	}
	return !slices.ContainsFunc(r.parts, func(part *Runtime) bool { return !part.caughtUp() })
}

// NewRuntime returns the frame of one service; its metrics are registered with
// registerer under the label service.
func NewRuntime(name string, log *slog.Logger, registerer prometheus.Registerer, tracer trace.Tracer) (*Runtime, error) {
	meter, err := newMeter(name, registerer)
	if err != nil {
		return nil, err
	}
	r := &Runtime{Name: name, Log: log.With("service", name), Meter: meter, Tracer: tracer, waits: map[*Wait]struct{}{}}
	return r, r.measureWaits()
}

// Main runs a service as a process: it loads C, serves HTTP on HTTP_LISTEN or else on
// listen, and calls run; see Program.Main.
func Main[C any, P Configuration[C]](name, about, listen string, run func(context.Context, C, *Runtime) error) {
	RaiseProcs()
	Program{Name: name, About: about, Listen: listen, Configurations: []any{new(C)}}.Main(func(ctx context.Context) error { return start[C, P](ctx, name, listen, run) })
}

func start[C any, P Configuration[C]](ctx context.Context, name, listen string, run func(context.Context, C, *Runtime) error) error {
	var config C
	if err := Load(&config); err != nil {
		return err
	}
	c := P(&config).Common()
	if c.HTTPListen == "" {
		c.HTTPListen = listen
	}
	log := NewLogger(c, os.Stderr)
	tracer, flush, err := NewTracer(ctx, name)
	if err != nil {
		return err
	}
	defer flush()
	registry := prometheus.NewRegistry()
	rt, err := NewRuntime(name, log, registry, tracer)
	if err != nil {
		return err
	}
	server, err := Serve(c.HTTPListen, "HTTP_LISTEN", registry, rt)
	if err != nil {
		return err
	}
	defer server.Close()
	rt.Log.Info("started", "version", Version(), "http", server.Addr, "kafka", c.KafkaBootstrapServers, "registry", redact(c.SchemaRegistryURL))
	err = run(ctx, config, rt)
	if ctx.Err() != nil {
		rt.Log.Info("stopped")
		return nil
	}
	if err == nil {
		err = fmt.Errorf("%s ended without a reason", name)
	}
	return err
}
