package altoctl

import (
	"fmt"
	"maps"
	"slices"

	"github.com/altostream/altostream/schemas"
)

// diffNetworkMap says which prefixes came to and went from which PIDs.
func diffNetworkMap(old, current *schemas.NetworkMap) []string {
	var before, after map[string]schemas.EndpointAddressGroup
	if old != nil {
		before = old.NetworkMap
	}
	if current != nil {
		after = current.NetworkMap
	}
	var lines []string
	for _, pid := range keysOf(before, after) {
		b, inBefore := before[pid]
		a, inAfter := after[pid]
		if !inBefore {
			lines = append(lines, fmt.Sprintf("%s is new", pid))
		}
		if !inAfter {
			lines = append(lines, fmt.Sprintf("%s is gone", pid))
		}
		have := slices.Concat(a.IPv4, a.IPv6)
		had := slices.Concat(b.IPv4, b.IPv6)
		for _, prefix := range have {
			if !slices.Contains(had, prefix) {
				lines = append(lines, fmt.Sprintf("%s + %s", pid, prefix))
			}
		}
		for _, prefix := range had {
			if !slices.Contains(have, prefix) {
				lines = append(lines, fmt.Sprintf("%s - %s", pid, prefix))
			}
		}
	}
	return lines
}

// diffCostMap says which costs changed.
func diffCostMap(old, current *schemas.CostMap) []string {
	var before, after map[string]map[string]float64
	if old != nil {
		before = old.CostMap
	}
	if current != nil {
		after = current.CostMap
	}
	var lines []string
	for _, from := range keysOf(before, after) {
		for _, to := range keysOf(before[from], after[from]) {
			b, had := before[from][to]
			a, has := after[from][to]
			if had != has || a != b {
				lines = append(lines, fmt.Sprintf("%s → %s: %s → %s", from, to, cost(b, had), cost(a, has)))
			}
		}
	}
	return lines
}

func cost(v float64, reachable bool) string {
	if !reachable {
		return "unreachable"
	}
	return number(v)
}

// keysOf returns the keys of both maps, sorted.
func keysOf[V any](a, b map[string]V) []string {
	keys := slices.Collect(maps.Keys(a))
	keys = slices.AppendSeq(keys, maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}
