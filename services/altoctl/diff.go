package altoctl

import (
	"fmt"
	"maps"
	"slices"

	"github.com/altostream/altostream/schemas"
)

// diffNetworkMap says which prefixes, and in views which routers, came to and went from which PIDs.
func diffNetworkMap(old, current *schemas.NetworkMap, l labels) []string {
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
			lines = append(lines, fmt.Sprintf("%s is new", l.with(pid)))
		}
		if !inAfter {
			lines = append(lines, fmt.Sprintf("%s is gone", l.with(pid)))
		}
		have := slices.Concat(a.IPv4, a.IPv6, a.Members)
		had := slices.Concat(b.IPv4, b.IPv6, b.Members)
		for _, prefix := range have {
			if !slices.Contains(had, prefix) {
				lines = append(lines, fmt.Sprintf("%s + %s", l.with(pid), prefix))
			}
		}
		for _, prefix := range had {
			if !slices.Contains(have, prefix) {
				lines = append(lines, fmt.Sprintf("%s - %s", l.with(pid), prefix))
			}
		}
	}
	return lines
}

// keysOf returns the keys of both maps, sorted.
func keysOf[V any](a, b map[string]V) []string {
	keys := slices.Collect(maps.Keys(a))
	keys = slices.AppendSeq(keys, maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}
