package altoctl

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/altostream/altostream/schemas"
)

// Compute writes compute resources for people: one source a line, and then one resource a
// line. Of sources that are uncollected no instance of compute-ingest runs.
func Compute(w io.Writer, table map[string]*schemas.ComputeResource, uncollected map[string]bool, now time.Time) error {
	t := newTable(w)
	fmt.Fprintln(t, "SOURCE\tKIND\tTOPOLOGY\tRESOURCES\tPROBLEMS\tCURRENT\tLAST CHANGE")
	sources := sourcesOf(table)
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		s := sources[name]
		current := s.current(now)
		if uncollected[name] {
			current = "NOT READ: no compute-ingest that has it runs"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%s\t%s\n", name, s.kind, orDash(s.topology), s.resources, s.problems, current, ago(s.changed, now))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	t = newTable(w)
	fmt.Fprintln(t, "RESOURCE\tSITE\tADDRESSES\tSTATE\tVCPU USED/ALL\tRAM MB USED/ALL\tDISK GB USED/ALL\tFURTHER FREE\tINSTANCES")
	for _, key := range slices.Sorted(maps.Keys(table)) {
		r := table[key]
		instances := "-"
		if r.Instances != nil {
			instances = strconv.FormatInt(*r.Instances, 10)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", key, orDash(text(r.Site)), orDash(strings.Join(r.Addresses, " ")), stateOf(r),
			used(r.VCPUUsed, r.VCPUAvailable), used(r.RAMUsed, r.RAMAvailable), used(r.DiskUsed, r.DiskAvailable), orDash(classesOf(r)), instances)
	}
	return t.Flush()
}

// stateOf is up, down, or that no new workload is taken; and whether that is not current.
func stateOf(r *schemas.ComputeResource) string {
	var words []string
	if r.State != nil {
		words = append(words, *r.State)
	}
	if r.Schedulable != nil && !*r.Schedulable {
		words = append(words, "unschedulable")
	}
	if r.StaleSince != nil {
		words = append(words, "STALE")
	}
	return orDash(strings.Join(words, " "))
}

// classesOf are the further classes, and how much of each is free.
func classesOf(r *schemas.ComputeResource) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(r.Classes)) {
		words = append(words, name+"="+amount(r.Classes[name].Free))
	}
	return strings.Join(words, " ")
}

// computeSource is what the records of one source say together.
type computeSource struct {
	kind, topology             string
	resources, problems, stale int
	staleSince                 time.Time // the first
	changed                    time.Time // when it last told something new of what it still tells
}

func sourcesOf(table map[string]*schemas.ComputeResource) map[string]*computeSource {
	sources := map[string]*computeSource{}
	tellers := addressTellers(table)
	for key, r := range table {
		s := sources[r.Source]
		if s == nil {
			s = &computeSource{kind: r.Kind, topology: text(r.Topology)}
			sources[r.Source] = s
		}
		s.resources++
		if r.ObservedAt.After(s.changed) {
			s.changed = r.ObservedAt
		}
		s.problems += len(r.Problems) + len(addressProblems(key, r, tellers))
		if r.StaleSince != nil {
			if s.stale++; s.staleSince.IsZero() || r.StaleSince.Before(s.staleSince) {
				s.staleSince = *r.StaleSince
			}
		}
	}
	return sources
}

// current says how old what the source told is, if it is not current.
func (s *computeSource) current(now time.Time) string {
	if s.stale == 0 {
		return "yes"
	}
	which := "STALE"
	if s.stale < s.resources {
		which = strconv.Itoa(s.stale) + " STALE"
	}
	return fmt.Sprintf("%s since %s (%s)", which, s.staleSince.Local().Format("2006-01-02 15:04:05"), age(s.staleSince, now))
}

// age is how long ago a time was. It is another host's, whose clock may be ahead.
func age(at, now time.Time) time.Duration { return max(now.Sub(at), 0).Round(time.Second) }

func ago(at, now time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return age(at, now).String() + " ago"
}

// maxNamed is how many resources are named that have one and the same problem.
const maxNamed = 3

// ComputeProblems writes what of compute resources was not understood, is not current, or leaves open where they
// are: one problem a line, with the resources that have it.
func ComputeProblems(w io.Writer, table map[string]*schemas.ComputeResource) error {
	type problem struct{ source, field, reason string }
	having := map[problem][]string{}
	tellers := addressTellers(table)
	for key, r := range table {
		for _, p := range slices.Concat(r.Problems, addressProblems(key, r, tellers)) {
			which := problem{r.Source, p.Field, p.Reason}
			having[which] = append(having[which], r.Name)
		}
	}
	if len(having) == 0 {
		fmt.Fprintf(w, "No problems with %s.\n", plural(len(table), "compute resource"))
		return nil
	}
	t := newTable(w)
	fmt.Fprintln(t, "SOURCE\tFIELD\tPROBLEM\tRESOURCES")
	inOrder := slices.SortedFunc(maps.Keys(having), func(a, b problem) int {
		return cmp.Or(strings.Compare(a.source, b.source), strings.Compare(a.field, b.field), strings.Compare(a.reason, b.reason))
	})
	for _, p := range inOrder {
		names := slices.Sorted(slices.Values(having[p]))
		which := strings.Join(names[:min(len(names), maxNamed)], " ")
		if len(names) > maxNamed {
			which += fmt.Sprintf(" and %d more", len(names)-maxNamed)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", p.source, p.field, p.reason, which)
	}
	return t.Flush()
}
