package altoctl

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/tables"
	"github.com/altostream/altostream/schemas"
)

// view is how the records of a topic are shown.
type view[T any] struct {
	topic string
	match func(key string) bool
	has   func(*T) bool // what is asked for; nil: every one has
	// name is what a key is found by, such as its topology.
	name func(key string) string
	text func(io.Writer, map[string]*T) error
	diff func(old, current *T) []string // nil: a change is shown whole
	// document is a record as RFC 7285 has it, without one if it is gone. nil: it has none,
	// and the JSON is an object of the records by key.
	document func(old, current *T) ([]byte, error)
}

func (c *command) networkMaps(ctx context.Context) error {
	q, err := c.ask(ctx)
	if err != nil {
		return err
	}
	return show(ctx, c, view[schemas.NetworkMap]{
		topic: schemas.NetworkMapsTopic, match: c.ofNetworkMap, name: itself, has: q.has,
		text: eachOf(func(w io.Writer, _ string, m *schemas.NetworkMap) error { return writeNetworkMap(w, m, q) }),
		diff: func(old, current *schemas.NetworkMap) []string { return diffNetworkMap(old, current, q.labels) },
		document: func(old, current *schemas.NetworkMap) ([]byte, error) {
			if current == nil {
				current = &schemas.NetworkMap{Meta: old.Meta, NetworkMap: alto.NetworkMap{}}
			}
			if q.pid != "" {
				current = &schemas.NetworkMap{Meta: current.Meta, NetworkMap: alto.NetworkMap{q.pid: current.NetworkMap[q.pid]}}
			}
			return alto.NetworkMapJSON(*current)
		},
	})
}

func (c *command) costMaps(ctx context.Context) error {
	q, err := c.ask(ctx)
	if err != nil {
		return err
	}
	return show(ctx, c, view[versioned.CostMap]{
		topic: schemas.CostMapsTopic, match: c.ofCostMap, name: itself, has: q.hasCosts,
		diff: func(old, current *versioned.CostMap) []string { return costChanges(old, current, q) },
		text: eachOf(func(w io.Writer, id string, m *versioned.CostMap) error { return writeCostMap(w, id, m, q) }),
		document: func(old, current *versioned.CostMap) ([]byte, error) {
			if current == nil {
				current = &versioned.CostMap{Meta: old.Meta}
			}
			return alto.CostMapJSON(*q.record(current))
		},
	})
}

func (c *command) compute(ctx context.Context) error {
	text := func(w io.Writer, table map[string]*schemas.ComputeResource) error {
		uncollected, err := c.uncollected(ctx, table)
		if err != nil {
			fmt.Fprintf(c.errs, "whether the sources are read is not known: %v\n", err)
		}
		return Compute(w, table, uncollected, time.Now())
	}
	if c.problemsOnly {
		text = ComputeProblems
	}
	return show(ctx, c, view[schemas.ComputeResource]{topic: schemas.ComputeResourcesTopic, match: every, name: itself, text: text})
}

func (c *command) endpoints(ctx context.Context) error {
	return show(ctx, c, view[schemas.EndpointProperties]{topic: schemas.EndpointPropertiesTopic, match: every, name: itself, text: Endpoints})
}

func (c *command) rawTopology(ctx context.Context) error {
	return show(ctx, c, view[schemas.RawTopology]{topic: schemas.RawTopologyTopic, match: c.ofTopology, name: topologyOf, text: Topology})
}

func every(string) bool { return true }

func itself(key string) string { return key }

func topologyOf(key string) string {
	name, _, _ := strings.Cut(key, "|")
	return name
}

func (c *command) ofNetworkMap(id string) bool {
	return (c.topology == "" || id == alto.NetworkMapID(c.topology) || strings.HasPrefix(id, alto.NetworkMapID(c.topology)+"-")) &&
		(c.view == "" || strings.HasSuffix(id, "-"+c.view))
}

// ofCostMap tells whether a cost map is asked for: without a metric all but those of IPv6 on
// a topology of its own, which are named as one.
func (c *command) ofCostMap(id string) bool {
	if c.topology != "" && !strings.HasPrefix(id, alto.CostMapID(c.topology, "", alto.Numerical)) {
		return false
	}
	if c.view != "" && !strings.Contains(id, "-"+c.view+"-") {
		return false
	}
	if c.metric == "" {
		return !strings.Contains(id, alto.IPv6)
	}
	return strings.HasSuffix(id, "-"+c.metric)
}

func (c *command) ofTopology(key string) bool {
	return c.topology == "" || topologyOf(key) == c.topology
}

// eachOf writes the records of a table one after the other.
func eachOf[T any](write func(io.Writer, string, *T) error) func(io.Writer, map[string]*T) error {
	return func(w io.Writer, table map[string]*T) error {
		for _, key := range keysOf(table, nil) {
			if err := write(w, key, table[key]); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		return nil
	}
}

// show prints the records of a topic that match, and with --watch their changes.
func show[T any](ctx context.Context, c *command, v view[T]) error {
	if c.watch {
		return tables.Watch(ctx, c.config, v.topic, tables.Handlers[T]{
			First: func(table map[string]*T) error { return first(c, v, table) },
			Changed: func(change tables.Change[T]) error {
				if !v.match(change.Key) || v.has != nil && change.New != nil && !v.has(change.New) {
					return nil
				}
				return printChange(c, v, change)
			},
			Bad: c.bad, Away: c.away,
		})
	}
	table, err := tables.Read[T](ctx, c.config, v.topic, c.bad)
	if err != nil {
		return err
	}
	if err := first(c, v, table); err != nil {
		return err
	}
	return c.complete()
}

// first prints the records of a table that match.
func first[T any](c *command, v view[T], table map[string]*T) error {
	matching := map[string]*T{}
	for key, value := range table {
		if v.match(key) && (v.has == nil || v.has(value)) {
			matching[key] = value
		}
	}
	if len(matching) == 0 {
		err := nothing(c, v, table)
		if asked := c.topology+c.metric+c.view+c.from+c.to+c.pid != "" || v.document != nil; asked && !c.watch {
			return err
		}
		fmt.Fprintln(c.errs, err)
	}
	if !c.json && len(matching) == 0 {
		return nil
	}
	if !c.json {
		return v.text(c.out, matching)
	}
	if v.document == nil {
		return c.printJSON(avro.Plain(matching))
	}
	c.lines = c.watch || len(matching) > 1
	return eachOf(func(_ io.Writer, _ string, value *T) error { return c.printDocument(v.document(nil, value)) })(c.out, matching)
}

// nothing says that no record matches, and which there are.
func nothing[T any](c *command, v view[T], table map[string]*T) error {
	if len(table) == 0 {
		return fmt.Errorf("%s holds nothing (yet)", v.topic)
	}
	var asked, names []string
	if c.topology != "" {
		asked = append(asked, "topology "+c.topology)
	}
	for what, asks := range map[string]string{"metric": c.metric, "view": c.view, "from": c.from, "to": c.to, "pid": c.pid} {
		if asks != "" {
			asked = append(asked, what+" "+asks)
		}
	}
	slices.Sort(asked)
	for key := range table {
		names = append(names, v.name(key))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return fmt.Errorf("%s holds nothing of %s; it holds %s", v.topic, strings.Join(asked, ", "), strings.Join(names, ", "))
}

// bad says that a record cannot be read.
func (c *command) bad(key string, err error) {
	c.leftOut++
	fmt.Fprintf(c.errs, "record %q left out: %v\n", key, err)
}

// complete fails if not all was shown.
func (c *command) complete() error {
	if c.leftOut > 0 {
		return fmt.Errorf("%s could not be read", plural(c.leftOut, "record"))
	}
	return nil
}

// away says that no broker answers, and with no reason that one does again.
func (c *command) away(reason error, since time.Duration) {
	now, since := time.Now().Format("15:04:05.000"), since.Round(time.Second)
	if reason == nil {
		fmt.Fprintf(c.errs, "%s  kafka %s is back after %v\n", now, c.config.KafkaBootstrapServers, since)
		return
	}
	fmt.Fprintf(c.errs, "%s  kafka %s has been away for %v: %v; waiting for it\n", now, c.config.KafkaBootstrapServers, since, reason)
}

// maxDiffLines is how many lines of a change are printed.
const maxDiffLines = 24

// printChange writes one change: when it came, its latency, its key, and what differs
// or, of a record that is new, all of it.
func printChange[T any](c *command, v view[T], change tables.Change[T]) error {
	switch {
	case c.json && v.document == nil:
		return c.printJSON(avro.Plain(map[string]*T{change.Key: change.New}))
	case c.json && change.Old == nil && change.New == nil:
		return nil
	case c.json:
		return c.printDocument(v.document(change.Old, change.New))
	}
	state := ""
	if change.New == nil {
		state = "  gone"
	}
	fmt.Fprintf(c.out, "%s  +%.1f ms  %s%s\n", change.At.Format("15:04:05.000"), milliseconds(change.Latency), change.Key, state)
	switch {
	case change.New == nil:
		return nil
	case change.Old == nil, v.diff == nil:
		return v.text(c.out, map[string]*T{change.Key: change.New})
	}
	lines := v.diff(change.Old, change.New)
	for _, line := range lines[:min(len(lines), maxDiffLines)] {
		fmt.Fprintf(c.out, "    %s\n", line)
	}
	if more := len(lines) - maxDiffLines; more > 0 {
		fmt.Fprintf(c.out, "    … and %d more\n", more)
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// printJSON writes a document: with --watch, or if there are several, in one line.
func (c *command) printJSON(v any) error {
	e := json.NewEncoder(c.out)
	if !c.watch && !c.lines {
		e.SetIndent("", "  ")
	}
	return e.Encode(v)
}

// printDocument is printJSON of what is JSON.
func (c *command) printDocument(text []byte, err error) error {
	if err != nil {
		return err
	}
	return c.printJSON(json.RawMessage(text))
}
