package altoctl

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

const usage = `altoctl shows what is on altostream's Kafka topics, and sets up topics and schemas.

  altoctl network-map     the ALTO network map
  altoctl cost-map        the ALTO cost maps
  altoctl compute         the compute resources
  altoctl endpoints       the properties of endpoints
  altoctl topology        what each router speaker tells (BGP-LS)
  altoctl peers           the speakers, their sessions and how much each told
  altoctl topics          the topics, their sizes and last changes
  altoctl topics plan     how the topics differ from a file (deploy/topics.yaml); status 3 if they do
  altoctl topics apply    the same, and make them as the file says
  altoctl schemas         the schemas in the registry, and the compatibility that it enforces
  altoctl schemas apply   register this program's schemas, with compatibility FULL_TRANSITIVE
  altoctl lab fail R2 R3  fail a link of the lab's routers; or restore, metric, links
  altoctl ready           whether the service at HTTP_LISTEN on this host is caught up

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

	file     string // of topics
	replicas int    // instead of the file's; 0: the file's
	told     consent
}

// Run runs the command line args and writes to out, and about records that cannot be
// read to errs.
func Run(ctx context.Context, c service.Config, args []string, out, errs io.Writer) error {
	cmd := &command{config: c, out: out, errs: errs}
	if len(args) == 0 {
		return Usage{cmd.help()}
	}
	name, args := args[0], args[1:]
	switch name {
	case "-h", "--help", "help":
		_, err := io.WriteString(out, cmd.help())
		return err
	case "lab":
		return cmd.lab(ctx, args)
	case "topics", "schemas":
		if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
			name, args = name+" "+args[0], args[1:]
		}
	}
	flags := cmd.flags(name)
	var problem strings.Builder
	flags.SetOutput(&problem)
	flags.Usage = func() { problem.WriteString("\n" + cmd.help()) }
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		_, err := io.WriteString(out, cmd.help())
		return err
	case err != nil:
		return Usage{problem.String()}
	case flags.NArg() > 0:
		return Usage{fmt.Sprintf("unexpected %q; flags come after the command, see altoctl help\n", flags.Arg(0))}
	}
	return cmd.run(ctx, name)
}

// flags are those of a command.
func (c *command) flags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet("altoctl", flag.ContinueOnError)
	switch name {
	case "topics plan", "topics apply":
		flags.StringVar(&c.file, "f", "deploy/topics.yaml", "`file` of the topics")
		flags.IntVar(&c.replicas, "replicas", 0, "`n` copies of each partition instead of the file's, e.g. 1 for a single broker; min.insync.replicas is lowered to it")
		topicsFlag(flags, &c.told.remove, "delete", "delete this `topic` with all its records; one that is in the file is created anew")
		topicsFlag(flags, &c.told.extend, "add-partitions", "add partitions to this `topic` even if it holds records; those of a topology that moves to another partition stay behind")
	case "schemas", "schemas apply":
	default:
		flags.StringVar(&c.topology, "topology", "", "only this `name`d topology")
		flags.StringVar(&c.metric, "metric", "", "only cost maps of this `metric`, e.g. routingcost")
		flags.BoolVar(&c.json, "json", false, "RFC 7285 JSON for maps, one JSON object for other tables")
		flags.BoolVar(&c.watch, "watch", false, "go on, and print each change as it comes, with its latency")
	}
	return flags
}

// topicsFlag defines a flag that names one of altostream's topics, and may be repeated.
func topicsFlag(flags *flag.FlagSet, to *[]string, name, text string) {
	flags.Func(name, text, func(topic string) error {
		if !slices.Contains(schemas.Topics, topic) {
			return fmt.Errorf("altostream has no such topic; it has %q", schemas.Topics)
		}
		*to = append(*to, topic)
		return nil
	})
}

func (c *command) help() string {
	var text strings.Builder
	text.WriteString(usage)
	for _, name := range []string{"", "topics plan"} {
		flags := c.flags(name)
		flags.SetOutput(&text)
		flags.PrintDefaults()
		if name == "" {
			text.WriteString("\nFlags of topics plan and topics apply:\n")
		}
	}
	text.WriteString("\nEnvironment: KAFKA_BOOTSTRAP_SERVERS, KAFKA_PROPERTIES, SCHEMA_REGISTRY_URL.\n")
	return text.String()
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
	case "topics plan":
		return c.planTopics(ctx)
	case "topics apply":
		return c.applyTopics(ctx)
	case "schemas":
		return c.schemas()
	case "schemas apply":
		return c.applySchemas()
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
