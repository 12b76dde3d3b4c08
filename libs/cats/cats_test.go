package cats

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/schemas"
)

func ptr[T any](v T) *T { return &v }

func class(free, total float64) schemas.Capacity {
	return schemas.Capacity{Free: &free, Total: &total}
}

func TestScores(t *testing.T) {
	half := map[string]schemas.Capacity{"vcpu": class(5, 10), "ram": class(10, 100)} // ratios 0.5, 0.1
	gpus := map[string]schemas.Capacity{"nvidia.com/gpu": {Free: ptr(1.0), Total: ptr(4.0), Kind: ptr("gpu")}}
	slow := map[string]schemas.Metric{"ttft": {Value: 1.5}}
	tests := []struct {
		name                       string
		aggregation, normalization string
		weights, bounds            string
		classes                    map[string]schemas.Capacity
		measured                   map[string]schemas.Metric
		down                       bool
		want                       string // type=score of levels 1 and 2
	}{
		{"weighted average", WeightedAverage, MinMax, "", "", half, nil, false, "compute_norm=3 norm_fi=3"},
		{"weights", WeightedAverage, MinMax, "vcpu=3", "", half, nil, false, "compute_norm=4 norm_fi=4"},
		{"minimum", Minimum, MinMax, "", "", half, nil, false, "compute_norm=1 norm_fi=1"},
		{"what weighs nothing is no minimum", Minimum, MinMax, "ram=0", "", half, nil, false, "compute_norm=5 norm_fi=5"},
		{"sigmoid", WeightedAverage, Sigmoid, "ram=0", "", half, nil, false, "compute_norm=5 norm_fi=5"},
		{"sigmoid, little", WeightedAverage, Sigmoid, "vcpu=0", "", half, nil, false, "compute_norm=0 norm_fi=0"},
		{"down", WeightedAverage, Sigmoid, "", "", half, nil, true, "compute_norm=0 norm_fi=0"},
		{"down, but serving", WeightedAverage, MinMax, "", "ttft=0..2", half, slow, true, "compute_norm=0 service_norm=3 norm_fi=0"},
		{"a class by its kind", WeightedAverage, MinMax, "", "", gpus, nil, false, "compute_norm=3 norm_fi=3"},
		{"a class by its name", WeightedAverage, MinMax, "nvidia.com/gpu=0", "", gpus, nil, false, ""},
		{"service", WeightedAverage, MinMax, "", "ttft=0..2", half, slow, false, "compute_norm=3 service_norm=3 norm_fi=3"},
		{"service alone", WeightedAverage, MinMax, "", "ttft=0..2", nil, slow, false, "service_norm=3 norm_fi=3"},
		{"worse than the worst", WeightedAverage, MinMax, "", "ttft=0..1", nil, slow, false, "service_norm=0 norm_fi=0"},
		{"more is better", WeightedAverage, MinMax, "", "ttft=1.5..0", nil, slow, false, "service_norm=10 norm_fi=10"},
		{"a category that weighs nothing", WeightedAverage, MinMax, "compute=0", "ttft=0..3", half, slow, false, "compute_norm=3 service_norm=5 norm_fi=5"},
		{"service without bounds", WeightedAverage, MinMax, "", "", nil, slow, false, ""},
		{"no capacity at all", WeightedAverage, MinMax, "", "", map[string]schemas.Capacity{"vcpu": class(0, 0)}, nil, false, ""},
		{"what is free is not known", WeightedAverage, MinMax, "", "", map[string]schemas.Capacity{"vcpu": {Total: ptr(8.0)}}, nil, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var weights Weights
			var bounds Bounds
			if err := weights.Decode(tt.weights); err != nil {
				t.Fatal(err)
			}
			if err := bounds.Decode(tt.bounds); err != nil {
				t.Fatal(err)
			}
			m := NewMethod(tt.aggregation, tt.normalization, weights, bounds)
			var got []string
			for _, metric := range Append(nil, m, maps.All(tt.classes), tt.measured, !tt.down) {
				if metric.Level != L0 {
					got = append(got, metric.MetricType+"="+string(rune('0'+int(metric.Value))))
				}
			}
			want := strings.ReplaceAll(tt.want, "10", ":") // the next rune after 9
			if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrongMethods(t *testing.T) {
	for text, want := range map[string]string{
		"vcpu":    `"vcpu" is not <name>=<value>`,
		"=1":      `"=1" is not <name>=<value>`,
		"vcpu=-1": `weight of vcpu: "-1" is no number from 0 on`,
		"a=NaN":   `weight of a: "NaN" is no number from 0 on`,
	} {
		var w Weights
		if err := w.Decode(text); err == nil || err.Error() != want {
			t.Errorf("weights %q: %v, want %s", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"ttft=1":       `bounds of ttft: "1" is not <best>..<worst>, two numbers that differ`,
		"ttft=1..1":    `bounds of ttft: "1..1" is not <best>..<worst>, two numbers that differ`,
		"ttft=NaN..1":  `bounds of ttft: "NaN..1" is not <best>..<worst>, two numbers that differ`,
		"ttft=0..+Inf": `bounds of ttft: "0..+Inf" is not <best>..<worst>, two numbers that differ`,
	} {
		var b Bounds
		if err := b.Decode(text); err == nil || err.Error() != want {
			t.Errorf("bounds %q: %v, want %s", text, err, want)
		}
	}
}
