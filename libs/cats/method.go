package cats

import (
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// Weights are the weights of classes, service metrics and categories, as text
// vcpu=1,ram=1.
type Weights map[string]float64

// DefaultWeights are those of a method that says nothing else.
func DefaultWeights() Weights {
	return Weights{"vcpu": 1, "ram": 1, schemas.KindGPU: 1, Compute: 1, Service: 1, Communication: 1}
}

// Decode reads weights; those that are not named are the default ones.
func (w *Weights) Decode(text string) error {
	weights := DefaultWeights()
	err := each(text, func(name, value string) error {
		weight, err := strconv.ParseFloat(value, 64)
		if err != nil || weight < 0 || math.IsInf(weight, 0) || math.IsNaN(weight) {
			return fmt.Errorf("weight of %s: %q is no number from 0 on", name, value)
		}
		weights[name] = weight
		return nil
	})
	*w = weights
	return err
}

// Bounds are the best and the worst values of service metrics, as text
// ttft=0.2..5,queue_length=0..100 in the metrics' units.
type Bounds map[string]schemas.CATSBounds

// Decode reads bounds.
func (b *Bounds) Decode(text string) error {
	bounds := Bounds{}
	err := each(text, func(name, value string) error {
		best, worst, _ := strings.Cut(value, "..")
		of, err1 := strconv.ParseFloat(best, 64)
		to, err2 := strconv.ParseFloat(worst, 64)
		if err1 != nil || err2 != nil || !(math.Abs(of-to) > 0) || math.IsInf(of-to, 0) {
			return fmt.Errorf("bounds of %s: %q is not <best>..<worst>, two numbers that differ", name, value)
		}
		bounds[name] = schemas.CATSBounds{Best: of, Worst: to}
		return nil
	})
	*b = bounds
	return err
}

// each calls f for each name=value of a list.
func each(text string, f func(name, value string) error) error {
	for item := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(item) == "" {
			continue
		}
		name, value, ok := strings.Cut(item, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" {
			return fmt.Errorf("%q is not <name>=<value>", item)
		}
		if err := f(name, value); err != nil {
			return err
		}
	}
	return nil
}

// NewMethod returns a method. Without weights they are the default ones; service metrics
// that have bounds and no weight weigh 1.
func NewMethod(aggregation, normalization string, weights Weights, bounds Bounds) *schemas.CATSMethod {
	if weights == nil {
		weights = DefaultWeights()
	}
	m := &schemas.CATSMethod{Aggregation: aggregation, Normalization: normalization, Weights: map[string]float64{}, Bounds: map[string]schemas.CATSBounds{}}
	maps.Copy(m.Weights, weights)
	maps.Copy(m.Bounds, bounds)
	for name := range bounds {
		if _, weighs := m.Weights[name]; !weighs {
			m.Weights[name] = 1
		}
	}
	return m
}
