package rank

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/cats"
	"github.com/altostream/altostream/schemas"
)

// Host is one compute resource as seen from the source.
type Host struct {
	Entity string `json:"entity"`
	Key    string `json:"resource"` // <source>|<name>
	Site   string `json:"site"`
	// PID is the attachment that it is reached by.
	PID            string     `json:"pid,omitempty"`
	FoundBy        string     `json:"found_by,omitempty"`
	AttachmentCost float64    `json:"attachment_cost,omitempty"` // in routingcost, and part of it
	Costs          []float64  `json:"costs,omitempty"`           // by metric
	Scores         Scores     `json:"scores"`
	StaleSince     *time.Time `json:"stale_since,omitempty"`
	Free           []float64  `json:"free,omitempty"` // by class that is needed, in the order of their names
	// Notes are what is good to know of one that can take the workload, such as overcommit.
	Notes []string `json:"notes,omitempty"`

	lacks []lack
}

// Scores are from 0 to 10, 10 best; nil = not known.
type Scores struct {
	Compute       *float64 `json:"compute,omitempty"`
	Service       *float64 `json:"service,omitempty"`
	Communication *float64 `json:"communication,omitempty"` // from the source
	Overall       *float64 `json:"overall,omitempty"`       // of these three
}

// lack is one thing that keeps a host from taking the workload.
type lack struct {
	kind string  // hosts that lack the same are counted together
	near float64 // how near it is: of these the nearest is told
	text string
}

// host looks at one endpoint.
func (s *source) host(e *schemas.EndpointProperties) *Host {
	h := &Host{Entity: e.Entity, Key: *e.ToldBy, StaleSince: e.StaleSince}
	h.Site, _ = e.Properties["priv:site"].(string)
	h.Site = cmp.Or(h.Site, e.Entity)
	s.state(h, e)
	for _, class := range s.needs() {
		s.need(h, e, class)
	}
	s.attach(h, e)
	s.score(h, e)
	return h
}

func (h *Host) lack(kind string, near float64, format string, args ...any) {
	h.lacks = append(h.lacks, lack{kind, near, fmt.Sprintf(format, args...)})
}

// state takes whether the platform gives it new workload at all.
func (s *source) state(h *Host, e *schemas.EndpointProperties) {
	why := ""
	if e.StateReason != nil {
		why = ": " + *e.StateReason
	}
	switch {
	case e.State != nil && *e.State == schemas.StateDown:
		h.lack("down", 0, "down%s", why)
	case e.Schedulable != nil && !*e.Schedulable:
		h.lack("unschedulable", 0, "takes no new workload%s", why)
	}
	for _, taint := range e.Taints {
		key, rest, _ := strings.Cut(taint, "=")
		_, effect, _ := strings.Cut(rest, ":")
		if effect != "PreferNoSchedule" && !slices.Contains(s.query.Tolerates, key) {
			h.lack("taint "+key, 0, "taint %s is not tolerated", taint)
		}
	}
}

// needs are the classes that something is needed of, sorted.
func (s *source) needs() []string { return slices.Sorted(maps.Keys(s.query.Needs)) }

// need takes whether enough of a class is free. GPUs are those of the class of that kind
// that most are free of.
func (s *source) need(h *Host, e *schemas.EndpointProperties, class string) {
	needed := s.query.Needs[class]
	found, ok := e.Classes[class]
	if !ok && class == schemas.KindGPU {
		for _, name := range slices.Sorted(maps.Keys(e.Classes)) {
			c := e.Classes[name]
			if c.Kind != nil && *c.Kind == schemas.KindGPU && (!ok || value(c.Free) > value(found.Free)) {
				found, ok = c, true
			}
		}
	}
	free := value(found.Free)
	h.Free = append(h.Free, free)
	switch {
	case !ok:
		h.lack("no "+class, 0, "it has no %s", class)
	case found.Free == nil:
		h.lack("free "+class, -1, "how much %s is free is not told", class)
	case free < needed:
		h.lack("free "+class, free, "%s %s free%s, %s needed", amount(class, free), class, of(class, found.Total), amount(class, needed))
	case found.Total != nil && found.Physical != nil && *found.Total > *found.Physical:
		h.Notes = append(h.Notes, fmt.Sprintf("overcommit: %s %s given out of %s built in, up to %s", amount(class, value(found.Used)), class, amount(class, *found.Physical), amount(class, *found.Total)))
	}
}

func of(class string, total *float64) string {
	if total == nil {
		return ""
	}
	return " of " + amount(class, *total)
}

func value(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// attach takes the attachment by which it is reached best within the bounds. All costs are of
// the same attachment: no other path has them together.
func (s *source) attach(h *Host, e *schemas.EndpointProperties) {
	var outside []lack
	here := 0
	for _, a := range e.Attachments {
		if a.NetworkMap != s.id {
			continue
		}
		here++
		costs, missing := s.costs(a)
		if missing != nil {
			outside = append(outside, *missing)
			continue
		}
		if h.PID == "" || s.compareCosts(costs, h.Costs) < 0 {
			h.PID, h.FoundBy, h.Costs, h.AttachmentCost = a.PID, a.FoundBy, costs, value(a.Cost)
		}
	}
	switch {
	case here == 0 && e.Reason != nil:
		h.lack("not placed", 0, "not placed: %s", *e.Reason)
	case here == 0:
		h.lack("not placed", 0, "not placed in %s", s.id)
	case h.PID == "":
		h.lacks = append(h.lacks, outside...)
	case len(outside) > 0:
		for _, lack := range outside {
			h.Notes = append(h.Notes, "not by another attachment: "+lack.text)
		}
	}
}

// costs returns the costs of an attachment by metric, or what keeps them from counting.
func (s *source) costs(a schemas.Attachment) ([]float64, *lack) {
	costs := make([]float64, len(s.metrics))
	for i, m := range s.metrics {
		cost, told := m.row[a.PID]
		if !told {
			return nil, &lack{"no " + m.Name, 0, s.untold(m, a.PID)}
		}
		if strings.HasPrefix(m.Name, alto.RoutingCost) {
			cost += value(a.Cost)
		}
		if costs[i] = cost; !m.within(cost) {
			limit, near := "more than", -cost
			if m.larger() {
				limit, near = "less than", cost
			}
			return nil, &lack{m.Name, near, fmt.Sprintf("%s to %s is %s, %s %s", m.Name, a.PID, number(cost), limit, number(m.Bound))}
		}
	}
	return costs, nil
}

// untold says why there is no cost to a PID: every way has a routingcost and a hopcount.
func (s *source) untold(m metric, pid string) string {
	if m.Name == alto.HopCount || strings.HasPrefix(m.Name, alto.RoutingCost) {
		return fmt.Sprintf("%s cannot be reached from %s", pid, s.pid)
	}
	return fmt.Sprintf("%s to %s is not told on all of the way, or it cannot be reached", m.Name, pid)
}

// compareCosts compares costs by the metrics in their order.
func (s *source) compareCosts(a, b []float64) int {
	for i, m := range s.metrics {
		if c := cmp.Compare(a[i], b[i]); c != 0 {
			if m.larger() {
				return -c
			}
			return c
		}
	}
	return 0
}

// score takes the scores that its record has, and adds what the way there scores: as a ratio of
// the most that a cost from the source is.
func (s *source) score(h *Host, e *schemas.EndpointProperties) {
	method := e.CATSMethod
	if method == nil || h.PID == "" {
		return
	}
	var overall cats.Aggregate
	add := func(category string, score *float64) *float64 {
		if score != nil {
			overall.Add(method.Weights[category], *score/10)
		}
		return score
	}
	h.Scores.Compute = add(cats.Compute, scoreOf(e, cats.ComputeNorm))
	h.Scores.Service = add(cats.Service, scoreOf(e, cats.ServiceNorm))
	way := cats.Score(method, s.metrics[0].ratio(h.Costs[0]))
	h.Scores.Communication = add(cats.Communication, &way)
	if overall.Told() {
		score := cats.Rounded(overall.Ratio(method))
		h.Scores.Overall = &score
	}
}

// ratio is how good a cost is, from 0 to 1.
func (m metric) ratio(cost float64) float64 {
	switch {
	case m.largest == 0:
		return 1
	case m.larger():
		return min(cost/m.largest, 1)
	}
	return max(1-cost/m.largest, 0)
}

func scoreOf(e *schemas.EndpointProperties, metricType string) *float64 {
	for i := range e.CATSMetrics {
		if e.CATSMetrics[i].MetricType == metricType {
			return &e.CATSMetrics[i].Value
		}
	}
	return nil
}
