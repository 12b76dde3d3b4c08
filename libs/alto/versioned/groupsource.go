package versioned

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

func groupOctets(pid string, a schemas.EndpointAddressGroup) int {
	octets := nameOctets(pid) + 8
	for _, texts := range [][]string{a.IPv4, a.IPv6, a.Members} {
		for _, text := range texts {
			octets += nameOctets(text)
		}
	}
	return octets
}

func (g *groups) octets(m alto.NetworkMap, limit int) int {
	octets := recordOctets
	for pid, a := range m {
		if octets += groupOctets(pid, a); octets > limit {
			break
		}
	}
	return octets
}

func (g *groups) digestIn(m alto.NetworkMap) (d digest, cells int) {
	for _, a := range m {
		cells += len(a.IPv4) + len(a.IPv6)
	}
	return g.digestOf(&schemas.NetworkMap{NetworkMap: m}), cells
}

func (g *groups) compare(m alto.NetworkMap) []difference {
	var differences []difference
	for pid, a := range m {
		row, ok := g.rows[pid]
		if ok && sameStrings(row.IPv4, a.IPv4) && sameStrings(row.IPv6, a.IPv6) && sameStrings(row.Members, a.Members) {
			continue
		}
		octets := groupOctets(pid, a) + recordOctets
		differences = append(differences, difference{
			row: pid, isNew: !ok, cells: 1 + changed(row.IPv4, a.IPv4) + changed(row.IPv6, a.IPv6), delta: octets, part: octets,
		})
	}
	slices.SortFunc(differences, func(a, b difference) int { return cmp.Compare(a.row, b.row) })
	return differences
}

// settle does nothing: compare looks at all PIDs.
func (g *groups) settle(alto.NetworkMap, []string) {}

// sameStrings tells whether slices are equal, at once if they are one.
func sameStrings(a, b []string) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

// changed is how many strings are in one of two slices.
func changed(a, b []string) int {
	n := 0
	in := map[string]bool{}
	for _, s := range a {
		in[s] = true
	}
	for _, s := range b {
		if !in[s] {
			n++
		}
		delete(in, s)
	}
	return n + len(in)
}

func (g *groups) rowsIn(m alto.NetworkMap) int { return len(m) }

func (g *groups) has(m alto.NetworkMap, row string) (octets int, ok bool) {
	a, ok := m[row]
	return groupOctets(row, a) + recordOctets, ok
}

// fill clones the map, which its owner may bring up to date before the record is sent.
func (g *groups) fill(v *schemas.NetworkMap, m alto.NetworkMap) { v.NetworkMap = maps.Clone(m) }

func (g *groups) part(m alto.NetworkMap, row string, version int64) *schemas.NetworkMap {
	return &schemas.NetworkMap{NetworkMap: alto.NetworkMap{row: m[row]}, Version: &version}
}

// delta is never asked for: compare says that a PID that changed takes as much as its part.
func (g *groups) delta(alto.NetworkMap, []string, int64) *schemas.NetworkMap { return nil }

func (g *groups) head(v *schemas.NetworkMap, version int64, parts *schemas.Parts) {
	v.Version, v.Parts = &version, parts
}

func (g *groups) same(a, b *schemas.NetworkMap) bool {
	return a.Meta.VTag == b.Meta.VTag && reflect.DeepEqual(a.Meta.View, b.Meta.View) &&
		sameFreshness(a.Meta.Sources, b.Meta.Sources, a.Meta.StaleSince, b.Meta.StaleSince)
}

func sameFreshness(a, b *schemas.Sources, since, alsoSince *time.Time) bool {
	if (a == nil) != (b == nil) || a != nil && *a != *b || (since == nil) != (alsoSince == nil) {
		return false
	}
	return since == nil || since.UnixMicro() == alsoSince.UnixMicro()
}
