package altoctl

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

const usage = `altoctl shows what is on altostream's Kafka topics.

  altoctl network-map   the ALTO network map
  altoctl cost-map      the ALTO cost maps
  altoctl compute       the compute resources
  altoctl endpoints     the properties of endpoints
  altoctl topology      what each router speaker tells (BGP-LS)
  altoctl peers         the speakers, their sessions and how much each told
  altoctl topics        the topics, their sizes and last changes
  altoctl ready         whether the service at HTTP_LISTEN on this host is caught up

Flags, after the command:
`

// Usage is an error in the command line; its text says how to call the program.
type Usage struct{ text string }

func (u Usage) Error() string { return u.text }

// command is one call of the program.
type command struct {
	config    service.Config
	out, errs io.Writer
	topology  string
	metric    string
	json      bool
	watch     bool
}

// Run runs the command line args and writes to out, and about records that cannot be
// read to errs.
func Run(ctx context.Context, c service.Config, args []string, out, errs io.Writer) error {
	cmd := &command{config: c, out: out, errs: errs}
	flags := flag.NewFlagSet("altoctl", flag.ContinueOnError)
	var help strings.Builder
	flags.SetOutput(&help)
	flags.StringVar(&cmd.topology, "topology", "", "only this `name`d topology")
	flags.StringVar(&cmd.metric, "metric", "", "only cost maps of this `metric`, e.g. routingcost")
	flags.BoolVar(&cmd.json, "json", false, "RFC 7285 JSON for maps, one JSON object for other tables")
	flags.BoolVar(&cmd.watch, "watch", false, "go on, and print each change as it comes, with its latency")
	flags.Usage = func() {
		help.WriteString(usage)
		flags.PrintDefaults()
		help.WriteString("\nEnvironment: KAFKA_BOOTSTRAP_SERVERS, KAFKA_PROPERTIES, SCHEMA_REGISTRY_URL.\n")
	}
	if len(args) == 0 {
		flags.Usage()
		return Usage{help.String()}
	}
	err := flags.Parse(args[1:])
	if errors.Is(err, flag.ErrHelp) || args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		help.Reset()
		flags.Usage()
		_, err = io.WriteString(out, help.String())
		return err
	}
	if err != nil {
		return Usage{help.String()}
	}
	if flags.NArg() > 0 {
		return Usage{fmt.Sprintf("unexpected %q; flags come after the command, see altoctl help\n", flags.Arg(0))}
	}
	return cmd.run(ctx, args[0])
}

func (c *command) run(ctx context.Context, name string) error {
	switch name {
	case "network-map":
		return show(ctx, c, schemas.NetworkMapsTopic, c.ofNetworkMap, c.networkMap, diffNetworkMap)
	case "cost-map":
		return show(ctx, c, schemas.CostMapsTopic, c.ofCostMap, c.costMap, diffCostMap)
	case "compute":
		return show(ctx, c, schemas.ComputeResourcesTopic, every[schemas.ComputeResource], tableOf(c, Compute), nil)
	case "endpoints":
		return show(ctx, c, schemas.EndpointPropertiesTopic, every[schemas.EndpointProperties], tableOf(c, Endpoints), nil)
	case "topology":
		return show(ctx, c, schemas.RawTopologyTopic, c.ofTopology, tableOf(c, Topology), nil)
	case "peers":
		return c.peers(ctx)
	case "topics":
		return c.topics(ctx)
	case "ready":
		return c.ready(ctx)
	}
	return Usage{fmt.Sprintf("altoctl has no command %q; see altoctl help\n", name)}
}

// show prints the records of a topic that match, and with --watch their changes.
func show[T any](ctx context.Context, c *command, topic string, match func(string) bool, render func(map[string]*T) error, diff func(old, current *T) []string) error {
	first := func(table map[string]*T) error {
		matching := map[string]*T{}
		for key, value := range table {
			if match(key) {
				matching[key] = value
			}
		}
		if len(matching) == 0 && !c.json {
			fmt.Fprintf(c.errs, "%s holds nothing that matches (yet)\n", topic)
			return nil
		}
		return render(matching)
	}
	if !c.watch {
		table, err := Read[T](ctx, c.config, topic, c.bad)
		if err != nil {
			return err
		}
		return first(table)
	}
	return Watch(ctx, c.config, topic, c.bad, first, func(change Change[T]) error {
		if !match(change.Key) {
			return nil
		}
		return printChange(c, change, render, diff)
	})
}

func (c *command) bad(key string, err error) {
	fmt.Fprintf(c.errs, "record %q left out: %v\n", key, err)
}

// maxDiffLines is how many lines of a change are printed.
const maxDiffLines = 24

// printChange writes one change: when it came, its latency, its key, and what differs
// or, of a record that is new, all of it.
func printChange[T any](c *command, change Change[T], render func(map[string]*T) error, diff func(old, current *T) []string) error {
	if c.json {
		return json.NewEncoder(c.out).Encode(map[string]any{
			"at": change.At.Format(time.RFC3339Nano), "latency_ms": milliseconds(change.Latency),
			"key": change.Key, "value": avro.Plain(change.New),
		})
	}
	state := ""
	if change.New == nil {
		state = "  gone"
	}
	fmt.Fprintf(c.out, "%s  +%.1f ms  %s%s\n", change.At.Format("15:04:05.000"), milliseconds(change.Latency), change.Key, state)
	switch {
	case change.New == nil:
		return nil
	case change.Old == nil, diff == nil:
		return render(map[string]*T{change.Key: change.New})
	}
	lines := diff(change.Old, change.New)
	for _, line := range lines[:min(len(lines), maxDiffLines)] {
		fmt.Fprintf(c.out, "    %s\n", line)
	}
	if more := len(lines) - maxDiffLines; more > 0 {
		fmt.Fprintf(c.out, "    … and %d more\n", more)
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func every[T any](string) bool { return true }

func (c *command) ofNetworkMap(id string) bool {
	return c.topology == "" || id == alto.NetworkMapID(c.topology)
}

func (c *command) ofCostMap(id string) bool {
	return (c.topology == "" || strings.HasPrefix(id, alto.CostMapID(c.topology, "", alto.Numerical))) &&
		(c.metric == "" || strings.HasSuffix(id, "-"+c.metric))
}

func (c *command) ofTopology(key string) bool {
	name, _, _ := strings.Cut(key, "|")
	return c.topology == "" || name == c.topology
}

func (c *command) networkMap(table map[string]*schemas.NetworkMap) error {
	for _, id := range keysOf(table, nil) {
		m := table[id]
		if err := c.print(func() ([]byte, error) { return alto.NetworkMapJSON(*m) }, func() error { return NetworkMap(c.out, m) }); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	return nil
}

func (c *command) costMap(table map[string]*schemas.CostMap) error {
	for _, id := range keysOf(table, nil) {
		m := table[id]
		if err := c.print(func() ([]byte, error) { return alto.CostMapJSON(*m) }, func() error { return CostMap(c.out, id, m) }); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	return nil
}

// print writes RFC 7285 JSON with --json and text without.
func (c *command) print(encode func() ([]byte, error), text func() error) error {
	if !c.json {
		return text()
	}
	b, err := encode()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s\n", b)
	return err
}

// tableOf renders a table by its text form, or with --json as one object.
func tableOf[T any](c *command, render func(io.Writer, map[string]*T) error) func(map[string]*T) error {
	return func(table map[string]*T) error {
		if !c.json {
			return render(c.out, table)
		}
		e := json.NewEncoder(c.out)
		e.SetIndent("", "  ")
		return e.Encode(avro.Plain(table))
	}
}
