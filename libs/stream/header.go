package stream

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"go.opentelemetry.io/otel/propagation"
)

// Record headers.
const (
	// ObservedAtHeader is when the change that caused a record reached the system:
	// microseconds since 1970, ASCII decimal.
	ObservedAtHeader = "observed-at"
	// InputsHeader is how far the inputs had been read when a record was made:
	// <topic>/<partition>=<next offset>,… A processor that reads the same inputs
	// shows the record to Step only after it has read as far itself.
	InputsHeader = "inputs"
	// MoreHeader and LastHeader tell which records were published together, in one
	// transaction: all but the last have the first header, the last has the second one,
	// with the same id. A record that was published alone has neither.
	MoreHeader = "more"
	LastHeader = "last"
	// ReasonHeader is why a key does not exist any more, when it is not simply gone.
	ReasonHeader = "reason"
)

var traceContext = propagation.TraceContext{}

// position is how far a partition has been read: the offset of the next record.
type position struct {
	partition
	next int64
}

type partition struct {
	topic  string
	number int32
}

// ObservedAt returns when the change that caused a record reached the system: its
// observed-at header, or else the record's own time.
func ObservedAt(m *kafka.Message) time.Time {
	if text, ok := header(m.Headers, ObservedAtHeader); ok {
		if micros, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			return time.UnixMicro(micros)
		}
	}
	return m.Timestamp
}

func header(headers []kafka.Header, key string) ([]byte, bool) {
	for i := range headers {
		if headers[i].Key == key {
			return headers[i].Value, true
		}
	}
	return nil, false
}

// traceHeaders is a W3C trace context among the headers of a record.
type traceHeaders []kafka.Header

func (h traceHeaders) Get(key string) string {
	value, _ := header(h, key)
	return string(value)
}

// Set adds a header; a key is set once.
func (h *traceHeaders) Set(key, value string) {
	*h = append(*h, kafka.Header{Key: key, Value: []byte(value)})
}

func (h traceHeaders) Keys() (keys []string) {
	for i := range h {
		keys = append(keys, h[i].Key)
	}
	return keys
}

func causeOf(m *kafka.Message) Cause { return Cause{ObservedAt: ObservedAt(m), trace: m.Headers} }

// headersOf returns the headers of what has a cause and was made in a span.
func headersOf(span context.Context, cause Cause, inputs string) []kafka.Header {
	headers := traceHeaders{{Key: ObservedAtHeader, Value: strconv.AppendInt(nil, cause.ObservedAt.UnixMicro(), 10)}}
	traceContext.Inject(span, &headers)
	if inputs != "" {
		headers = append(headers, kafka.Header{Key: InputsHeader, Value: []byte(inputs)})
	}
	return headers
}

// together returns the headers of records that are published together: of all but the last,
// and of the last.
func together(headers []kafka.Header) (more, last []kafka.Header) {
	id := fmt.Appendf(nil, "%016x", rand.Uint64())
	return append(slices.Clone(headers), kafka.Header{Key: MoreHeader, Value: id}),
		append(slices.Clone(headers), kafka.Header{Key: LastHeader, Value: id})
}

// withReason returns headers of a record that withdraws what cannot be told any more.
func withReason(headers []kafka.Header, reason string) []kafka.Header {
	return append(slices.Clone(headers), kafka.Header{Key: ReasonHeader, Value: []byte(reason)})
}

// inputsOf returns the positions in an inputs header; what cannot be read of it is
// left out.
func inputsOf(m *kafka.Message) []position {
	text, ok := header(m.Headers, InputsHeader)
	if !ok {
		return nil
	}
	var positions []position
	for item := range strings.SplitSeq(string(text), ",") {
		name, offset, _ := strings.Cut(item, "=")
		slash := strings.LastIndexByte(name, '/')
		next, err := strconv.ParseInt(offset, 10, 64)
		if slash < 0 || err != nil {
			continue
		}
		number, err := strconv.ParseInt(name[slash+1:], 10, 32)
		if err != nil {
			continue
		}
		positions = append(positions, position{partition{name[:slash], int32(number)}, next})
	}
	return positions
}

func appendPosition(b []byte, p position) []byte {
	if len(b) > 0 {
		b = append(b, ',')
	}
	b = append(append(b, p.topic...), '/')
	b = append(strconv.AppendInt(b, int64(p.number), 10), '=')
	return strconv.AppendInt(b, p.next, 10)
}
