package computeingest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// maxLoggedProblems bounds how many problems of one reading a log line shows.
const maxLoggedProblems = 10

// telemetry is what is counted and logged of all sources.
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
	t.reads, errs[0] = rt.Meter.Int64Counter("compute_reads", metric.WithDescription("Good reads of a source, changed or not, by source."))
	t.failures, errs[1] = rt.Meter.Int64Counter("compute_read_failures", metric.WithDescription("Reads that failed, or were not whole, by source."))
	t.aside, errs[2] = rt.Meter.Int64Counter("compute_put_aside", metric.WithDescription("Parts of what a source told anew that were put aside, by source and part."))
	for _, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	return t, nil
}

// watchAges reports how long ago each source was read well.
func (t *telemetry) watchAges(followers []*follower) error {
	_, err := t.meter.Float64ObservableGauge("compute_read_age_seconds",
		metric.WithDescription("Time since the last good read of a source, or since the start while there was none, by source."),
		metric.WithFloat64Callback(func(_ context.Context, o metric.Float64Observer) error {
			for _, f := range followers {
				o.Observe(time.Since(*f.good.Load()).Seconds(), sourceAttribute(f.source))
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

// putAside counts the problems of a reading, if they are others than before, and logs the
// first of them, with a rate limit.
func (f *follower) putAside(ctx context.Context, problems []collect.Problem) {
	texts := make([]string, len(problems))
	for i, p := range problems {
		texts[i] = p.Error()
	}
	if slices.Equal(texts, f.problems) {
		return
	}
	f.problems = texts
	if len(problems) == 0 {
		return
	}
	for _, p := range problems {
		f.aside.Add(ctx, 1, metric.WithAttributes(attribute.String("source", f.source), attribute.String("part", p.Part)))
	}
	text := strings.Join(texts[:min(len(texts), maxLoggedProblems)], "; ")
	if held, ok := f.problemLimit.Allow(text); ok {
		f.log.Warn("parts of a source put aside", "source", f.source, "parts", len(problems), "error", text, "held_back", held)
	}
}
