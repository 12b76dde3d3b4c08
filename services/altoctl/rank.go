package altoctl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/rank"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/tables"
)

// ErrNoSite says that no site can take a workload; the answer, and why not, is printed.
var ErrNoSite = errors.New("no site can take the workload")

func (c *command) rankCommand() *cobra.Command {
	q := rank.Query{Needs: map[string]float64{}}
	cmd := c.subcommand("rank", "which sites can take a workload, and what it costs to get there", func(ctx context.Context) error {
		if c.topology != "" {
			q.NetworkMap = alto.NetworkMapID(c.topology)
		}
		return c.rank(ctx, q)
	}, c.topologyFlag, c.jsonFlag, c.watchFlag)
	cmd.Long = `Which sites can take a workload, the cheapest to get to first, and why others cannot.

What is needed must be free on one host of the site. A host with several attachments is
reached by the one of the least costs that keeps to all bounds.

Exit status: 0 if a site can, 4 if none can; with --watch 0.`
	cmd.Example = "  altoctl rank --from pid100:04040404 --vcpu 8 --ram 32G --gpu 1 --metric routingcost --metric 'delay-ow<=5000'"
	rankFlags(cmd, &q)
	cmd.Flags().Lookup("json").Usage = "JSON: the whole answer, with all hosts; with --watch one a line"
	return cmd
}

func rankFlags(cmd *cobra.Command, q *rank.Query) {
	need := func(class, text string) (err error) {
		q.Needs[class], err = rank.ParseAmount(class, text)
		return err
	}
	flags := cmd.Flags()
	flags.StringVar(&q.From, "from", "", "the `PID`, router name or address that it is reached from")
	for _, f := range [][2]string{
		{"vcpu", "`number` of virtual CPUs"}, {"ram", "`amount` of memory, such as 32G; MB without a unit"},
		{"disk", "`amount` of disk, such as 500G; GB without a unit"}, {"gpu", "`number` of GPUs of one kind, whatever the platform calls it"},
	} {
		flags.Func(f[0], f[1], func(text string) error { return need(f[0], text) })
	}
	flags.Func("class", "another resource class and how much of it, such as `CUSTOM_FPGA=1`; may be repeated", func(text string) error {
		class, amount, _ := strings.Cut(text, "=")
		return need(class, amount)
	})
	flags.Func("metric", "a cost `metric`, with a bound or without, such as 'delay-ow<=5000'; may be repeated: the first counts first; routingcost without", func(text string) error {
		m, err := rank.ParseMetric(text)
		q.Metrics = append(q.Metrics, m)
		return err
	})
	flags.StringArrayVar(&q.Tolerates, "tolerate", nil, "`key` of a taint that does not matter; may be repeated")
	flags.Func("by", "what comes first: `cost` or score", func(text string) error {
		order, ok := map[string]rank.Order{"cost": rank.ByCost, "score": rank.ByScore}[text]
		q.Order = order
		if !ok {
			return errors.New("is neither cost nor score")
		}
		return nil
	})
	for _, flag := range []string{"from", "vcpu", "ram", "disk", "gpu", "class", "tolerate"} {
		complete(cmd, flag)
	}
	complete(cmd, "metric", alto.RoutingCost, alto.HopCount, alto.DelayOneWay+"<=", alto.AvailableBandwidth+">=")
	complete(cmd, "by", "cost", "score")
	_ = cmd.MarkFlagRequired("from")
}

func (c *command) rank(ctx context.Context, q rank.Query) error {
	q.From = c.router(ctx, q.From)
	shown, none := "", false
	err := tables.WatchRanking(ctx, c.config, q, func(answer *rank.Answer, err error) error {
		if err != nil && !c.watch {
			return err
		}
		none = err == nil && len(answer.Sites) == 0
		text, err := c.rankingText(q, answer, err)
		if err != nil {
			return err
		}
		if text != shown {
			if shown != "" && !c.json {
				fmt.Fprintf(c.out, "\n%s\n", time.Now().Format("15:04:05.000"))
			}
			shown = text
			fmt.Fprint(c.out, text)
		}
		if c.watch {
			return nil
		}
		return stream.ErrStop
	}, c.bad, c.away)
	if err != nil {
		return err
	}
	if err := c.complete(); err != nil || !none {
		return err
	}
	return ErrNoSite
}

// router returns the PID of a router by its name. What is an address, or names no router, stays.
func (c *command) router(ctx context.Context, from string) string {
	if _, err := netip.ParseAddr(from); err == nil || routerID(from) != "" {
		return from
	}
	topologies, err := c.topologies(ctx)
	if err != nil {
		return from
	}
	if pid, err := c.meant(topologies, from); err == nil {
		return pid
	}
	return from
}

// rankingText is what is shown of an answer, or of why there is none.
func (c *command) rankingText(q rank.Query, answer *rank.Answer, why error) (string, error) {
	var b strings.Builder
	switch {
	case why != nil && !c.json:
		fmt.Fprintln(&b, why)
		return b.String(), nil
	case !c.json:
		err := Ranking(&b, q, answer)
		return b.String(), err
	}
	e := json.NewEncoder(&b)
	if !c.watch {
		e.SetIndent("", "  ")
	}
	if why != nil {
		return b.String(), e.Encode(map[string]string{"error": why.Error()})
	}
	err := e.Encode(answer)
	return b.String(), err
}

// Ranking writes an answer for people, within 80 columns where names are short.
func Ranking(w io.Writer, q rank.Query, a *rank.Answer) error {
	fmt.Fprintf(w, "from %s%s%s\n", a.From, inPrefix(a.Prefix), asked(q, a))
	t := newTable(w)
	if len(a.Sites) > 0 {
		fmt.Fprintf(t, "\tSITE\t%s\tAT\tHOSTS\tSCORE\tFREE ON THE BEST\n", strings.ToUpper(strings.Join(metricNames(q), "\t")))
	}
	for _, site := range a.Sites {
		best := site.Hosts[0]
		fmt.Fprintf(t, "%d\t%s", site.Rank, site.Name)
		for _, cost := range best.Costs {
			fmt.Fprintf(t, "\t%s", number(cost))
		}
		fmt.Fprintf(t, "\t%s\t%d\t%s\t%s\n", best.PID, len(site.Hosts), scoreText(best.Scores.Overall), freeText(a.Needs, best.Free))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, site := range a.Sites {
		best := site.Hosts[0]
		if site.Tie != "" {
			fmt.Fprintf(w, "%s: %s\n", site.Name, site.Tie)
		}
		if best.StaleSince != nil {
			fmt.Fprintf(w, "%s: %s is STALE since %s\n", site.Name, best.Key, best.StaleSince.Local().Format("2006-01-02 15:04:05"))
		}
		for _, note := range best.Notes {
			fmt.Fprintf(w, "%s: %s: %s\n", site.Name, best.Key, note)
		}
	}
	if len(a.Sites) == 0 {
		fmt.Fprintln(w, "no site can take it")
	}
	for _, site := range a.Others {
		for i, lack := range site.Lacks {
			head := "not " + site.Name + ": "
			if i > 0 {
				head = strings.Repeat(" ", len(head))
			}
			fmt.Fprintf(w, "%s%s%s\n", head, lack.Text, ofHosts(lack.Hosts))
		}
	}
	for _, note := range a.Notes {
		fmt.Fprintln(w, note)
	}
	return nil
}

func inPrefix(prefix string) string {
	if prefix == "" {
		return ""
	}
	return " (" + prefix + ")"
}

// asked says what is needed and asked of the costs.
func asked(q rank.Query, a *rank.Answer) string {
	var parts []string
	for _, class := range a.Needs {
		parts = append(parts, rank.Amount(class, q.Needs[class])+" "+class)
	}
	for _, m := range q.Metrics {
		if m.Bounded {
			parts = append(parts, m.String())
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

func metricNames(q rank.Query) []string {
	if len(q.Metrics) == 0 {
		return []string{alto.RoutingCost}
	}
	var names []string
	for _, m := range q.Metrics {
		names = append(names, m.Name)
	}
	return names
}

func scoreText(score *float64) string {
	if score == nil {
		return "-"
	}
	return number(*score)
}

func freeText(classes []string, free []float64) string {
	var parts []string
	for i, class := range classes {
		parts = append(parts, rank.Amount(class, free[i])+" "+class)
	}
	return orDash(strings.Join(parts, ", "))
}

// ofHosts counts hosts that lack the same, of several.
func ofHosts(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" (the nearest of %d hosts)", n)
}
