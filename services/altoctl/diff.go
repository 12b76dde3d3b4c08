package altoctl

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/altostream/altostream/libs/alto/versioned"
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
func diffCostMap(old, current *versioned.CostMap) []string {
	var lines []string
	for c := range current.Changes(old) {
		lines = append(lines, fmt.Sprintf("%s → %s: %s → %s", c.From, c.To, cost(c.Old), cost(c.New)))
	}
	return lines
}

func cost(v float64) string {
	if math.IsNaN(v) {
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
