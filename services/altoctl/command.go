package altoctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

// command is one call of the program.
type command struct {
	config    service.Config
	out, errs io.Writer
	topology  string
	metric    string
	view      string
	from, to  string // of costs, as a person names PIDs
	pid       string // of a network map, as a person names it
	json      bool
	watch     bool

	problemsOnly bool // of compute resources

	file     string // of topics
	replicas int    // instead of the file's; 0: the file's
	told     consent

	load    func(*service.Config) error // nil: config is given
	running bool                        // the command line is right
	lines   bool                        // several JSON documents are one a line
	leftOut int                         // records that could not be read
}

// Main runs a command line with the configuration of the environment, and returns the exit
// status: 0; 1 for a failure, 2 for a wrong command line or configuration, 3 for topics that are
// not as the file says, 4 if no site can take a workload. Every failure is a line on errs.
func Main(ctx context.Context, args []string, out, errs io.Writer) int {
	c := &command{out: out, errs: errs, load: func(config *service.Config) error {
		service.Program{Name: "altoctl", Configurations: []any{config}}.WarnOfUnknown(errs, os.Environ())
		return service.Load(config)
	}}
	err := c.execute(ctx, args)
	if err == nil || c.watch && ctx.Err() != nil {
		return 0
	}
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	fmt.Fprintf(errs, "altoctl: %v\n", err)
	return status(err)
}

// status is the exit status after a failure.
func status(err error) int {
	var usage service.UsageError
	var wrong *service.ConfigError
	switch {
	case errors.As(err, &usage), errors.As(err, &wrong):
		return 2
	case errors.Is(err, ErrDiffers):
		return 3
	case errors.Is(err, ErrNoSite):
		return 4
	}
	return 1
}

// Run runs a command line with a configuration. It writes to out, and to errs what is not the
// answer.
func Run(ctx context.Context, config service.Config, args []string, out, errs io.Writer) error {
	c := &command{config: config, out: out, errs: errs}
	return c.execute(ctx, args)
}

func (c *command) execute(ctx context.Context, args []string) error {
	root := c.root()
	root.SetArgs(args)
	root.SetOut(c.out)
	root.SetErr(c.errs)
	err := root.ExecuteContext(ctx)
	if err != nil && !c.running {
		return service.UsageError{Text: err.Error()}
	}
	return err
}

// root is the program with all its commands.
func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "altoctl",
		Short: "altoctl shows what is on altostream's Kafka topics, and sets up topics and schemas",
		Long: `altoctl shows what is on altostream's Kafka topics, and sets up topics and schemas.

Environment: KAFKA_BOOTSTRAP_SERVERS, KAFKA_PROPERTIES, SCHEMA_REGISTRY_URL, SCHEMA_REGISTRY_PROPERTIES.
Exit status: 0; 1 for a failure, 2 for a wrong command line or configuration, 3 for topics that are not as the file says,
4 if no site can take a workload.`,
		Version:       service.Version(),
		RunE:          func(*cobra.Command, []string) error { return errors.New("which command? see altoctl --help") },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	topics := c.subcommand("topics", "the topics, their sizes and last changes", c.topics, c.jsonFlag)
	topics.AddCommand(
		c.subcommand("plan", "how the topics differ from a file (deploy/topics.yaml); status 3 if they do", c.planTopics, c.topicsFlags),
		c.subcommand("apply", "the same, and make them as the file says", c.applyTopics, c.topicsFlags),
	)
	subjects := c.subcommand("schemas", "the schemas in the registry, and the compatibility that it enforces", c.schemas)
	subjects.AddCommand(c.subcommand("apply", "register this program's schemas, with compatibility FULL_TRANSITIVE", c.applySchemas))
	root.AddCommand(
		c.subcommand("network-map", "the ALTO network map", c.networkMaps, c.topologyFlag, c.viewFlag, c.pidFlag, c.jsonFlag, c.watchFlag),
		c.subcommand("cost-map", "the ALTO cost maps", c.costMaps, c.topologyFlag, c.viewFlag, c.metricFlag, c.pairFlags, c.jsonFlag, c.watchFlag),
		c.subcommand("compute", "the compute resources, how current their sources are, and what of them was not understood", c.compute, c.jsonFlag, c.watchFlag, c.problemsFlag),
		c.subcommand("endpoints", "the properties of endpoints", c.endpoints, c.jsonFlag, c.watchFlag),
		c.subcommand("topology", "what each router speaker tells (BGP-LS)", c.rawTopology, c.topologyFlag, c.jsonFlag, c.watchFlag),
		c.subcommand("peers", "the speakers, their sessions, how much each told, and their last errors", c.peers, c.topologyFlag, c.jsonFlag, c.watchFlag),
		c.subcommand("problems", "links and prefixes that are left out of the maps, and why; what else is worth a look", c.problems, c.topologyFlag, c.jsonFlag),
		c.pathCommand(),
		c.rankCommand(),
		topics, subjects,
		c.labCommand(),
		c.subcommand("ready", "whether the service at HTTP_LISTEN on this host is caught up", c.ready),
	)
	return root
}

// subcommand is one of the program's commands, with its flags and no others.
func (c *command) subcommand(name, short string, run func(context.Context) error, flags ...func(*cobra.Command)) *cobra.Command {
	cmd := &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.running = true
			if c.load != nil {
				if err := c.load(&c.config); err != nil {
					return err
				}
			}
			return run(cmd.Context())
		},
	}
	for _, define := range flags {
		define(cmd)
	}
	return cmd
}

func (c *command) topologyFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.topology, "topology", "", "only the topology of this `name`")
	complete(cmd, "topology")
}

func (c *command) viewFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.view, "view", "", "only the view of this `name`, whose PIDs are groups of routers")
	complete(cmd, "view")
}

func (c *command) pidFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.pid, "pid", "", "only this `PID`, by its name, or the node name, a router id or an address of its router")
	complete(cmd, "pid")
}

func (c *command) pairFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.from, "from", "", "only costs from this `PID`, by its name, or the node name, a router id or an address of its router")
	cmd.Flags().StringVar(&c.to, "to", "", "only costs to this `PID`")
	complete(cmd, "from")
	complete(cmd, "to")
}

func (c *command) metricFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.metric, "metric", "", "only the cost map of this `metric`, e.g. hopcount, delay-ow, routingcost-ordinal or routingcost-ipv6")
	complete(cmd, "metric", "routingcost", "hopcount", "delay-ow", "delay-rt", "delay-variation", "lossrate", "bw-residual", "bw-available", "priv:bw-maxres")
}

func (c *command) jsonFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.json, "json", false, "JSON: of maps RFC 7285's, one document each; of other tables an object by key")
}

func (c *command) watchFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.watch, "watch", false, "go on, and print each change as it comes, with its latency; with --json one document a line")
}

func (c *command) problemsFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.problemsOnly, "problems", false, "only what of the sources was not understood, or is not current")
}

func (c *command) topicsFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&c.file, "file", "f", "deploy/topics.yaml", "`file` of the topics")
	flags.IntVar(&c.replicas, "replicas", 0, "`n` copies of each partition instead of the file's, e.g. 1 for a single broker; min.insync.replicas is lowered to it")
	flags.Func("delete", "delete this `topic` with all its records; one that is in the file is created anew; may be repeated", ofTopics(&c.told.remove))
	flags.Func("add-partitions", "add partitions to this `topic` even if it holds records; those of a topology that moves to another partition stay behind; may be repeated",
		ofTopics(&c.told.extend))
	complete(cmd, "replicas")
	complete(cmd, "delete", schemas.Topics...)
	complete(cmd, "add-partitions", schemas.Topics...)
}

// ofTopics takes the names of altostream's topics.
func ofTopics(to *[]string) func(string) error {
	return func(topic string) error {
		if !slices.Contains(schemas.Topics, topic) {
			return fmt.Errorf("altostream has no such topic; it has %q", schemas.Topics)
		}
		*to = append(*to, topic)
		return nil
	}
}

// complete offers values of a flag to shells, and no files.
func complete(cmd *cobra.Command, flag string, values ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}
