package altoctl

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/altostream/altostream/libs/igp"
	"github.com/altostream/altostream/libs/ted"
)

func (c *command) pathCommand() *cobra.Command {
	var from, to string
	var ipv6 bool
	cmd := c.subcommand("path FROM TO", "the path that packets take between two routers, and why", func(ctx context.Context) error {
		return c.path(ctx, from, to, ipv6)
	}, c.topologyFlag, c.jsonFlag)
	cmd.Long = `The path that packets take between two routers by their IGP's rules, link by link, and why.

FROM and TO are PIDs, node names, router ids, or addresses that a router has or leads to.`
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(2)(cmd, args); err != nil {
			return err
		}
		from, to = args[0], args[1]
		return nil
	}
	cmd.Flags().BoolVar(&ipv6, "ipv6", false, "the path of IPv6, where that is routed on a topology of its own")
	return cmd
}

// pathFound is a path as JSON has it.
type pathFound struct {
	Topology string `json:"topology"`
	From     string `json:"from"` // PIDs
	To       string `json:"to"`
	ted.Path
}

func (c *command) path(ctx context.Context, a, b string, ipv6 bool) error {
	topologies, err := c.topologies(ctx)
	if err != nil {
		return err
	}
	name, from, to, err := between(topologies, a, b)
	if err != nil {
		return err
	}
	path, ok := topologies[name].Graph().Path(from, to, ipv6)
	if !ok {
		return fmt.Errorf("no path leads from %s to %s within one IGP; altoctl problems lists the links that are left out", from, to)
	}
	found := pathFound{name, from, to, path}
	if c.json {
		err = c.printJSON(found)
	} else {
		err = writePath(c.out, found, routersOf(topologies[name]).names())
	}
	if err != nil {
		return err
	}
	return c.complete()
}

// writePath writes a path for people, with the names of PIDs.
func writePath(w io.Writer, p pathFound, names map[string]string) error {
	full := func(pid string) string { return strings.TrimSpace(names[pid] + " " + pid) }
	fmt.Fprintf(w, "%s to %s\n%s, metric %d, %s\n", full(p.From), full(p.To), p.Protocol, p.Metric, plural(int(p.Links), "link"))
	short := func(pid string) string {
		if name := names[pid]; name != "" {
			return name
		}
		return pid
	}
	var sum uint64
	for _, leg := range p.Legs {
		fmt.Fprintf(w, "\n%s\n", reason(leg, short))
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		at := leg.From
		for _, h := range leg.Hops {
			sum += uint64(h.Metric)
			fmt.Fprintf(t, "  %s → %s\tmetric %d\t%s\n", short(at), short(h.To), h.Metric, ends(h))
			at = h.To
		}
		if err := t.Flush(); err != nil {
			return err
		}
		writeOthers(w, leg, short)
	}
	if sum != p.Metric {
		fmt.Fprintf(w, "\nThe links add up to %d: where another area is told of as one prefix, the metric told counts.\n", sum)
	}
	return nil
}

// reason says why packets take a leg.
func reason(leg ted.Leg, short func(pid string) string) string {
	area := ""
	if leg.Area != "" {
		area = leg.Area + ": "
	}
	switch leg.Why {
	case igp.OverTeller:
		return fmt.Sprintf("%sto %s, which tells %v here", area, short(leg.To), leg.Prefix)
	case igp.OverBorder:
		return fmt.Sprintf("%sto %s, which reaches it in another area", area, short(leg.To))
	case igp.OverDefault:
		return fmt.Sprintf("%sby the default route, towards its nearest exit: to %s", area, short(leg.To))
	}
	return area + "the shortest path to it"
}

// ends are both ends of a link, as far as they are told.
func ends(h ted.Hop) string {
	switch {
	case h.LAN != "" && h.Interface != "":
		return h.Interface + " on a LAN"
	case h.LAN != "":
		return "on a LAN"
	case h.Interface == "" && h.Neighbor == "":
		return "unnumbered"
	}
	return orDash(h.Interface) + " to " + orDash(h.Neighbor)
}

// writeOthers says what packets may take as well.
func writeOthers(w io.Writer, leg ted.Leg, short func(pid string) string) {
	for _, other := range leg.Others {
		fmt.Fprintf(w, "  or, as good: to %s\n", short(other))
	}
	at := leg.From
	for _, h := range leg.Hops {
		if n := len(h.Others); n > 0 {
			fmt.Fprintf(w, "  or, as good: %s from %s\n", plural(n, "other link"), short(at))
		}
		at = h.To
	}
}
