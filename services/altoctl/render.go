package altoctl

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/cats"
	"github.com/altostream/altostream/schemas"
)

func newTable(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

// writeFreshness says if speakers are lost, and since when what a map is made of is not
// current. Of a map whose speakers are all there it says nothing.
func writeFreshness(w io.Writer, sources *schemas.Sources, staleSince *time.Time) {
	if sources == nil || sources.Stale == 0 {
		return
	}
	fmt.Fprintf(w, "  %d of %s lost", sources.Stale, plural(int(sources.Count), "speaker"))
	switch {
	case staleSince == nil:
		fmt.Fprintln(w, "; the others tell all of it")
	case staleSince.Unix() == 0:
		fmt.Fprintln(w, ": STALE, it is not known since when")
	default:
		fmt.Fprintf(w, ": STALE since %s\n", staleSince.Local().Format("2006-01-02 15:04:05"))
	}
}

// costType is what the numbers of a cost map mean.
func costType(t schemas.CostType) string {
	text := t.CostMode
	if unit := alto.Unit(t.CostMetric); unit != "" && t.CostMode == alto.Numerical {
		text += ", " + unit
	}
	if c := t.CostContext; c != nil {
		text += ", " + c.CostSource
		if path := c.Parameters["path"]; path != "" {
			text += " of the " + path + " path"
		}
	}
	return text
}

// Endpoints writes endpoint properties for people: one entity a line.
func Endpoints(w io.Writer, table map[string]*schemas.EndpointProperties) error {
	t := newTable(w)
	fmt.Fprintln(t, "ENTITY\tATTACHED TO\tFREE/ALL\tSCORE\tTOLD BY")
	for _, key := range slices.Sorted(maps.Keys(table)) {
		e := table[key]
		var classes []string
		for _, name := range slices.Sorted(maps.Keys(e.Classes)) {
			classes = append(classes, name+" "+used(e.Classes[name].Free, e.Classes[name].Total))
		}
		score := "-"
		for _, m := range e.CATSMetrics {
			if m.MetricType == cats.NormFI {
				score = number(m.Value)
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", key, placeOf(e), orDash(strings.Join(classes, " ")), score, tellersOf(e))
	}
	return t.Flush()
}

// placeOf says where an entity is attached, or why it is not; of a network map, which version it is.
func placeOf(e *schemas.EndpointProperties) string {
	switch {
	case len(e.DependentVTags) > 0 && len(e.Attachments) == 0:
		return "tag " + e.DependentVTags[0].Tag
	case !e.Placed:
		return "not placed: " + text(e.Reason)
	}
	var pids []string
	for _, a := range e.Attachments {
		how := a.FoundBy
		if a.Cost != nil {
			how += ", cost " + number(*a.Cost)
		}
		pids = append(pids, a.PID+" ("+how+")")
	}
	return orDash(strings.Join(pids, " "))
}

// tellersOf says who tells an entity, or of how many resources it is the total.
func tellersOf(e *schemas.EndpointProperties) string {
	told := orDash(text(e.ToldBy))
	if n, ok := e.Properties["priv:resources"].(float64); ok {
		told = plural(int(n), "resource")
	}
	if len(e.AlsoToldBy) > 0 {
		told += ", not " + strings.Join(e.AlsoToldBy, " ")
	}
	if e.StaleSince != nil {
		told += ", STALE since " + e.StaleSince.Local().Format("2006-01-02 15:04:05")
	}
	return told
}

// Topology writes raw topology records for people: one object a line, by speaker.
func Topology(w io.Writer, table map[string]*schemas.RawTopology) error {
	t := newTable(w)
	for _, key := range slices.Sorted(maps.Keys(table)) {
		_, object, _ := strings.Cut(key, "|")
		fmt.Fprintf(t, "%s\t%s\n", object, describe(table[key]))
	}
	return t.Flush()
}

// describe says of an object what its key does not.
func describe(r *schemas.RawTopology) string {
	if r.Peer != nil {
		return r.Peer.State
	}
	var facts []string
	if r.AttributesLost {
		facts = append(facts, "attributes lost")
	}
	if a := r.Attributes; a != nil {
		facts = append(facts, fact("name", a.NodeName), fact("igp", a.IGPMetric), fact("te", a.TEMetric),
			fact("metric", a.PrefixMetric), fact("delay_us", cmp.Or(a.DelayMicros, a.DelayMinMicros)), fact("bytes/s", a.MaxLinkBandwidth))
	}
	return strings.Join(slices.DeleteFunc(facts, func(s string) bool { return s == "" }), " ")
}

func fact[T any](name string, value *T) string {
	if value == nil {
		return ""
	}
	return fmt.Sprintf("%s=%v", name, *value)
}

func vtags(tags []schemas.VersionTag) string {
	var texts []string
	for _, v := range tags {
		texts = append(texts, v.ResourceID+" "+v.Tag)
	}
	return strings.Join(texts, ", ")
}

func used(used, all *float64) string {
	if used == nil && all == nil {
		return "-"
	}
	return amount(used) + "/" + amount(all)
}

func amount(v *float64) string {
	if v == nil {
		return "?"
	}
	return number(*v)
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func orDash(s string) string { return cmp.Or(s, "-") }

func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "x"):
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
