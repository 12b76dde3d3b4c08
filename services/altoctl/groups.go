package altoctl

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// maxPIDs is how many PIDs of a network map are shown, a line each.
const maxPIDs = 64

// writeNetworkMap writes what is asked for of a network map: a PID a line, as far as they fit the
// terminal, or one PID whole. Of a map of very many PIDs it writes how large they are.
func writeNetworkMap(w io.Writer, m *schemas.NetworkMap, q question) error {
	prefixes := 0
	for _, g := range m.NetworkMap {
		prefixes += len(g.IPv4) + len(g.IPv6)
	}
	fmt.Fprintf(w, "%s  tag %s  %s, %s\n", m.Meta.VTag.ResourceID, m.Meta.VTag.Tag, plural(len(m.NetworkMap), "PID"), plural(prefixes, "prefix"))
	writeFreshness(w, m.Meta.Sources, m.Meta.StaleSince)
	if q.pid != "" {
		return writePID(w, m, q)
	}
	pids := slices.Sorted(maps.Keys(m.NetworkMap))
	if len(pids) > maxPIDs {
		return writeLargest(w, m, pids, q)
	}
	t := newTable(w)
	for _, pid := range pids {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", pid, orDash(q.labels.of(pid)), contents(m.NetworkMap[pid], q.width/2))
	}
	return t.Flush()
}

// contents lists what a PID holds, as far as it takes no more than a number of columns.
func contents(g schemas.EndpointAddressGroup, columns int) string {
	all := slices.Concat(g.IPv4, g.IPv6)
	text := ""
	for i, prefix := range all {
		if i > 0 && len(text)+1+len(prefix) > columns {
			return fmt.Sprintf("%s and %d more", text, len(all)-i)
		}
		text = strings.TrimSpace(text + " " + prefix)
	}
	if n := len(g.Members); n > 0 {
		text = strings.TrimSpace(text + " of " + plural(n, "router"))
	}
	return orDash(text)
}

// writePID writes all that a PID holds.
func writePID(w io.Writer, m *schemas.NetworkMap, q question) error {
	g := m.NetworkMap[q.pid]
	fmt.Fprintf(w, "  %s: %s\n", q.labels.with(q.pid), plural(len(g.IPv4)+len(g.IPv6), "prefix"))
	for _, prefix := range slices.Concat(g.IPv4, g.IPv6) {
		fmt.Fprintf(w, "    %s\n", prefix)
	}
	if len(g.Members) == 0 {
		return nil
	}
	fmt.Fprintf(w, "  of %s:\n", plural(len(g.Members), "router"))
	t := newTable(w)
	for _, member := range g.Members {
		fmt.Fprintf(t, "    %s\t%s\n", member, orDash(q.labels.of(member)))
	}
	return t.Flush()
}

// writeLargest writes the PIDs that hold the most prefixes.
func writeLargest(w io.Writer, m *schemas.NetworkMap, pids []string, q question) error {
	const shown = 10
	size := func(pid string) int { return len(m.NetworkMap[pid].IPv4) + len(m.NetworkMap[pid].IPv6) }
	slices.SortStableFunc(pids, func(a, b string) int { return cmp.Compare(size(b), size(a)) })
	t := newTable(w)
	for _, pid := range pids[:shown] {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", pid, orDash(q.labels.of(pid)), plural(size(pid), "prefix"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "  … and %d PIDs with fewer; ask with --pid for one (PID, name, router id, address), or --json for all\n", len(pids)-shown)
	return err
}
