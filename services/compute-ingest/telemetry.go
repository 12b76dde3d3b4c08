package computeingest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/altostream/altostream/libs/service"
)

// maxLoggedProblems bounds how many problems of one document a log line shows.
const maxLoggedProblems = 10

// telemetry is what is counted and logged of all documents.
type telemetry struct {
	log      *slog.Logger
	meter    metric.Meter
	reads    metric.Int64Counter
	failures metric.Int64Counter
	aside    metric.Int64Counter
}

func newTelemetry(rt *service.Runtime) (*telemetry, error) {
	t := &telemetry{log: rt.Log, meter: rt.Meter}
	var errs [3]error
	t.reads, errs[0] = rt.Meter.Int64Counter("compute_reads", metric.WithDescription("Good reads of a document, changed or not, by source."))
	t.failures, errs[1] = rt.Meter.Int64Counter("compute_read_failures", metric.WithDescription("Documents that could not be read or were none, by source."))
	t.aside, errs[2] = rt.Meter.Int64Counter("compute_put_aside", metric.WithDescription("Parts of changed documents that were put aside, by source and part."))
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	return t, nil
}

// watchAges reports how long ago each document was read well.
func (t *telemetry) watchAges(readers []*reader) error {
	_, err := t.meter.Float64ObservableGauge("compute_read_age_seconds",
		metric.WithDescription("Time since the last good read of a document, or since the start while there was none, by source."),
		metric.WithFloat64Callback(func(_ context.Context, o metric.Float64Observer) error {
			for _, r := range readers {
				o.Observe(time.Since(time.UnixMicro(r.good.Load())).Seconds(), sourceAttribute(r.source))
			}
			return nil
		}))
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

func sourceAttribute(source string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String("source", source)))
}

// putAside counts the problems of a document and logs the first of them, with a rate
// limit.
func (r *reader) putAside(ctx context.Context, problems []Problem) {
	if len(problems) == 0 {
		return
	}
	texts := make([]string, len(problems))
	for i, p := range problems {
		r.aside.Add(ctx, 1, metric.WithAttributes(attribute.String("source", r.source), attribute.String("part", p.Part)))
		texts[i] = p.Error()
	}
	text := strings.Join(texts[:min(len(texts), maxLoggedProblems)], "; ")
	if held, ok := r.problemLimit.Allow(text); ok {
		r.log.Warn("parts of a document put aside", "source", r.source, "parts", len(problems), "error", text, "held_back", held)
	}
}
