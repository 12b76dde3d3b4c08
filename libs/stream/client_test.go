package stream

import (
	"io"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// TestClientAtTheStart hears that brokers are away before somebody waits for them: only who waits does.
func TestClientAtTheStart(t *testing.T) {
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
