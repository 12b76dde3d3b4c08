package service

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// TestWait waits in virtual time: the log tells of it at growing intervals, and of its end.
func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		registry := prometheus.NewRegistry()
		rt := testRuntime(t, "one", registry)
		rt.Log = slog.New(slog.NewTextHandler(&log, nil))
		rt.Ready(true)
		part := rt.Part("source", "a")
		part.Ready(true)

		short := rt.Wait("partition", "partition 1 of t")
		long := part.Wait("broker", "kafka a:9092")
		time.Sleep(tellAfter - time.Second)
		synctest.Wait()
		short.Done()
		if !rt.IsReady() || log.Len() > 0 {
			t.Errorf("waits of %v: ready %t, log %q", tellAfter-time.Second, rt.IsReady(), log.String())
		}
		long.Because(errors.New("connection refused"))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		for _, want := range []string{"level=WARN msg=waiting", "for=broker", `what="kafka a:9092"`, "since=", "waited=5s", `error="connection refused"`} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log does not say %q: %s", want, log.String())
			}
		}
		if rt.IsReady() || !strings.Contains(rt.unready(), "one is held up\nwaiting for broker since ") || !strings.HasSuffix(rt.unready(), ": kafka a:9092: connection refused") {
			t.Errorf("ready %t: %s", rt.IsReady(), rt.unready())
		}
		if age := gauge(t, registry, "altostream_waiting_seconds", "broker"); age < 5 {
			t.Errorf("the metric says %v s", age)
		}
		alike, other := part.Wait("broker", "kafka b:9092"), part.Wait("broker", "kafka c:9092")
		alike.Because(errors.New("connection refused"))
		other.Because(errors.New("no such host"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if text := log.String(); strings.Contains(text, "b:9092") || !strings.Contains(text, "others=1") || !strings.Contains(text, "c:9092") {
			t.Errorf("two waits of one reason and one of another: %s", text)
		}
		alike.Done()
		other.Done()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := strings.Count(log.String(), "kafka a:9092"); n < 12 || n > 20 {
			t.Errorf("%d lines in an hour, want some 17: at growing intervals, at last every five minutes", n)
		}
		long.Done()
		if !rt.IsReady() || !strings.Contains(log.String(), `level=INFO msg="no longer waiting" source=a for=broker`) {
			t.Errorf("ready %t after the end: %s", rt.IsReady(), log.String())
		}
	})
}

// gauge is the value of a metric for one kind of wait.
func gauge(t *testing.T, registry *prometheus.Registry, name, kind string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			for _, l := range m.Label {
				if f.GetName() == name && l.GetName() == "for" && l.GetValue() == kind {
					return m.GetGauge().GetValue()
				}
			}
		}
	}
	t.Fatalf("no metric %s for %s", name, kind)
	return 0
}
