package cats

import (
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/altostream/altostream/schemas"
)

// Categories of level 1. A communication score depends on where it is seen from, so it
// stands in no record: see package rank.
const (
	Compute       = "compute"
	Service       = "service"
	Communication = "communication"
)

// Metric types of the scores.
const (
	ComputeNorm       = "compute_norm"
	ServiceNorm       = "service_norm"
	CommunicationNorm = "communication_norm"
	NormFI            = "norm_fi" // level 2
)

// Levels.
const (
	L0 = "L0"
	L1 = "L1"
	L2 = "L2"
)

// Ways to aggregate and to normalize.
const (
	WeightedAverage = "weighted-average"
	Minimum         = "minimum"
	MinMax          = "min-max"
	Sigmoid         = "sigmoid"
)

const (
	headroom  = "_headroom" // after the name of a class
	best      = 10.0
	steepness = 10.0
)

var current = "cur"

// Append appends the metrics of a resource by level: of level 0 those that weigh
// something, of classes in their order, and the scores made of them. A resource that takes no new workload
// has the compute and the overall score 0. It appends nothing if there is nothing to make a score of.
func Append(metrics []schemas.CATSMetric, m *schemas.CATSMethod, classes iter.Seq2[string, schemas.Capacity], measured map[string]schemas.Metric, takes bool) []schemas.CATSMetric {
	var compute, service Aggregate
	for name, c := range classes {
		weight := weightOf(m, name, c.Kind)
		if weight == 0 || c.Free == nil || c.Total == nil || *c.Total <= 0 {
			continue
		}
		ratio := min(*c.Free / *c.Total, 1)
		metrics = append(metrics, schemas.CATSMetric{MetricType: name + headroom, Level: L0, Value: ratio, Source: "aggregation", Statistic: &current})
		compute.Add(weight, ratio)
	}
	if len(measured) > 0 {
		for _, name := range slices.Sorted(maps.Keys(m.Bounds)) {
			value, ok := measured[name]
			if !ok || m.Weights[name] == 0 {
				continue
			}
			metrics = append(metrics, ofService(name, value))
			service.Add(m.Weights[name], within(m.Bounds[name], value.Value))
		}
	}
	return appendScores(metrics, m, compute, service, takes)
}

func appendScores(out []schemas.CATSMetric, m *schemas.CATSMethod, compute, service Aggregate, takes bool) []schemas.CATSMetric {
	var overall Aggregate
	score := func(metricType, level string, ratio float64) {
		out = append(out, schemas.CATSMetric{MetricType: metricType, Level: level, Value: Score(m, ratio), Source: "normalization"})
	}
	if compute.told {
		ratio := compute.Ratio(m)
		if !takes {
			ratio = math.Inf(-1) // the worst that there is, whatever the normalization
		}
		score(ComputeNorm, L1, ratio)
		overall.Add(m.Weights[Compute], ratio)
	}
	if service.told {
		score(ServiceNorm, L1, service.Ratio(m))
		overall.Add(m.Weights[Service], service.Ratio(m))
	}
	if ratio := overall.Ratio(m); overall.told {
		if !takes {
			ratio = math.Inf(-1)
		}
		score(NormFI, L2, ratio)
	}
	return out
}

func ofService(name string, m schemas.Metric) schemas.CATSMetric {
	statistic := m.Statistic
	if statistic == nil {
		statistic = &current
	}
	return schemas.CATSMetric{
		MetricType: name, Level: L0, Value: m.Value, Unit: m.Unit,
		Source: "directly measured", Statistic: statistic, WindowSeconds: m.WindowSeconds,
	}
}

// weightOf is the weight of a class: by its name, or by its kind.
func weightOf(m *schemas.CATSMethod, class string, kind *string) float64 {
	weight, ok := m.Weights[class]
	if !ok && kind != nil {
		return m.Weights[*kind]
	}
	return weight
}

// within is a value as a ratio of its bounds.
func within(b schemas.CATSBounds, value float64) float64 {
	return min(max((value-b.Worst)/(b.Best-b.Worst), 0), 1)
}

// Aggregate is ratios from 0 to 1 that are to become one.
type Aggregate struct {
	told                bool
	least, sum, weights float64
}

// Add adds a ratio; one without weight does not count.
func (a *Aggregate) Add(weight, ratio float64) {
	if weight == 0 {
		return
	}
	if !a.told {
		a.least = ratio
	}
	a.told, a.least = true, min(a.least, ratio)
	a.sum += weight * ratio
	a.weights += weight
}

// Told reports whether there is a ratio that counts.
func (a *Aggregate) Told() bool { return a.told }

// Ratio returns the one ratio.
func (a *Aggregate) Ratio(m *schemas.CATSMethod) float64 {
	if m.Aggregation == Minimum {
		return a.least
	}
	return a.sum / a.weights
}

// Score normalizes a ratio from 0 to 1.
func Score(m *schemas.CATSMethod, ratio float64) float64 {
	if m.Normalization == Sigmoid {
		return math.Round(best / (1 + math.Exp(-steepness*(ratio-0.5))))
	}
	return Rounded(ratio)
}

// Rounded is a ratio from 0 to 1 as a score as it is: of ratios that are scores already.
func Rounded(ratio float64) float64 { return math.Round(best * max(ratio, 0)) }
