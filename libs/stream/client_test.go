package stream

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// TestClientAtTheStart hears that brokers are away before somebody waits for them: only who waits does.
func TestClientAtTheStart(t *testing.T) {
	t.Parallel()
	rt := logging(t, io.Discard)
	c := newClient(service.Config{}, rt, "group", "topic")
	events := make(chan kafka.Event, 2)
	events <- kafka.NewError(kafka.ErrAllBrokersDown, "1/1 brokers are down", false)
	events <- kafka.NewError(kafka.ErrTransport, "Connection refused", false)
	close(events)
	c.watch(events)
	if c.away != nil {
		t.Error("a wait has begun that nobody ends")
	}
	wait := rt.Wait("topics", "kafka")
	defer wait.Done()
	c.waits(wait)
	if err := c.explain(kafka.NewError(kafka.ErrTimedOut, "", false), access{}); err == nil || err != c.why {
		t.Errorf("explained by %v, want %v", err, c.why)
	}
	c.waits(nil)
	if c.away != nil || c.why != nil {
		t.Error("it still holds brokers for away")
	}
}

// TestLogLimits lets a trouble be told beside another one, and one that goes on not again and again.
func TestLogLimits(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	rt := logging(t, io.Discard)
	rt.Log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := newClient(service.Config{}, rt, "group", "topic")
	lines := make(chan kafka.LogEvent, 10)
	for i := range 3 {
		c.warn(kafka.NewError(kafka.ErrTransport, fmt.Sprintf("it broke (after %dms in state UP)", i), false))
		c.warn(kafka.NewError(kafka.ErrUnknownMemberID, "no such member", false))
		lines <- kafka.LogEvent{Tag: "FAIL", Message: fmt.Sprintf("a:9092 failed (after %dms in state CONNECT)", i)}
		lines <- kafka.LogEvent{Tag: "FAIL", Message: "b:9092 failed"}
	}
	close(lines)
	drainLogs(lines, rt.Log)
	for _, said := range []string{"it broke", "no such member", "a:9092 failed", "b:9092 failed"} {
		if n := strings.Count(out.String(), said); n != 1 {
			t.Errorf("%q is said %d times: %s", said, n, out.String())
		}
	}
}
