package prometheus

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// table is the resources as query after query tells of them.
type table struct {
	resources map[string]*schemas.ComputeResource
	problems  []collect.Problem
}

func newTable() *table { return &table{resources: map[string]*schemas.ComputeResource{}} }

func (t *table) problem(part, resource string, err error) {
	t.problems = append(t.problems, collect.Problem{Part: part, Resource: resource, Err: err})
}

// add takes the answer of a query.
func (t *table) add(q Query, answer model.Vector) {
	label := model.LabelName("instance")
	if q.Resource != "" {
		label = model.LabelName(q.Resource)
	}
	told := map[string]model.Vector{}
	var order []string
	for _, sample := range answer {
		name := hostOf(string(sample.Metric[label]))
		if name == "" {
			t.problem("field", "", fmt.Errorf("a series of the query for %s has no label %s: %s", q.Field, label, collect.Clip(sample.Metric.String())))
			continue
		}
		if told[name] == nil {
			order = append(order, name)
		}
		told[name] = append(told[name], sample)
	}
	for _, name := range order {
		t.put(q, name, told[name])
	}
}

// put takes what a query tells of one resource.
func (t *table) put(q Query, name string, series model.Vector) {
	if err := collect.CheckName(name); err != nil {
		t.problem("resource", name, err)
		return
	}
	r := t.resources[name]
	if r == nil {
		r = &schemas.ComputeResource{}
		if address, err := collect.Address(name); err == nil {
			r.Addresses = []string{address}
		}
		t.resources[name] = r
	}
	if text, ok := textFields[q.Field]; ok {
		for _, sample := range series {
			if value := string(sample.Metric[model.LabelName(q.Label)]); value != "" {
				text(r, value)
			}
		}
		return
	}
	if len(series) > 1 {
		reason := fmt.Sprintf("%d series tell it, e.g. %s; which one counts? (sum by, max by)", len(series), collect.Clip(series[0].Metric.String()))
		r.Problems = append(r.Problems, schemas.ResourceProblem{Field: q.Field, Reason: reason})
		return
	}
	value := float64(series[0].Value)
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	if problem := q.set(r, value); problem != "" {
		r.Problems = append(r.Problems, schemas.ResourceProblem{Field: q.Field, Reason: problem})
	}
}

// hostOf is the host of host:port, and any other text itself.
func hostOf(instance string) string {
	if address, err := netip.ParseAddrPort(instance); err == nil {
		return address.Addr().String()
	}
	if host, port, ok := strings.Cut(instance, ":"); ok && host != "" && !strings.Contains(port, ":") {
		return host
	}
	return instance
}

func (t *table) reading() collect.Reading {
	for _, r := range t.resources {
		slices.Sort(r.Addresses)
		r.Addresses = slices.Compact(r.Addresses)
		collect.Complete(r)
	}
	return collect.Reading{Whole: true, Resources: t.resources, PutAside: map[string]schemas.ResourceProblem{}, Problems: t.problems}
}

// textFields are told by labels.
var textFields = map[string]func(*schemas.ComputeResource, string){
	"addresses": func(r *schemas.ComputeResource, text string) {
		address, err := collect.Address(text)
		if err != nil {
			r.Problems = append(r.Problems, schemas.ResourceProblem{Field: "addresses", Reason: err.Error()})
			return
		}
		r.Addresses = append(r.Addresses, address)
	},
	"site":   func(r *schemas.ComputeResource, text string) { r.Site = &text },
	"zone":   func(r *schemas.ComputeResource, text string) { r.Zone = &text },
	"region": func(r *schemas.ComputeResource, text string) { r.Region = &text },
	"id":     func(r *schemas.ComputeResource, text string) { r.ID = &text },
}

// check says what is wrong with a query of the configuration.
func (q Query) check() error {
	if q.Query == "" {
		return errors.New("it is empty")
	}
	if _, ok := textFields[q.Field]; ok {
		if q.Label == "" {
			return fmt.Errorf("the field %s needs a label that tells it", q.Field)
		}
		return nil
	}
	if q.set(&schemas.ComputeResource{}, 0) == unknownField {
		return fmt.Errorf("the field %q is none of measured_use.vcpu, capacity.ram, classes.<name>.capacity, metrics.<name>, instances, state, …", q.Field)
	}
	return nil
}

const unknownField = "no such field"

// set puts a value where the query's field says; it returns what is wrong with it.
func (q Query) set(r *schemas.ComputeResource, value float64) (problem string) {
	group, name, _ := strings.Cut(q.Field, ".")
	if group == "metrics" && name != "" {
		q.setMetric(r, name, value)
		return ""
	}
	if value < 0 {
		return fmt.Sprintf("%v is negative", value)
	}
	class := ""
	if group == "classes" {
		i := strings.LastIndexByte(name, '.')
		if i <= 0 {
			return unknownField
		}
		class, group = name[:i], name[i+1:]
	}
	g, isGroup := collect.Groups[group]
	_, isPart := collect.Parts[name]
	switch {
	case isGroup && class != "":
		g.Put(r, class, &value)
	case isGroup && isPart:
		g.Put(r, name, &value)
	default:
		return q.setState(r, value)
	}
	return ""
}

func (q Query) setState(r *schemas.ComputeResource, value float64) (problem string) {
	switch q.Field {
	case "instances":
		n := int64(math.Round(value))
		r.Instances = &n
	case "state":
		state := schemas.StateDown
		if value > 0 {
			state = schemas.StateUp
		}
		r.State = &state
	case "schedulable":
		yes := value > 0
		r.Schedulable = &yes
	default:
		return unknownField
	}
	return ""
}

func (q Query) setMetric(r *schemas.ComputeResource, name string, value float64) {
	m := schemas.Metric{Value: value}
	if q.Unit != "" {
		m.Unit = &q.Unit
	}
	if q.Statistic != "" {
		m.Statistic = &q.Statistic
	}
	if q.Window != 0 {
		seconds := q.Window.Seconds()
		m.WindowSeconds = &seconds
	}
	if r.Metrics == nil {
		r.Metrics = map[string]schemas.Metric{}
	}
	r.Metrics[name] = m
}
