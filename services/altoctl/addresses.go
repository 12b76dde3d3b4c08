package altoctl

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// place is an address or prefix in a topology; none = of every one.
type place struct{ topology, addresses string }

// placesOf returns where a resource says it is, each once.
func placesOf(r *schemas.ComputeResource) []place {
	var places []place
	for _, address := range r.Addresses {
		if a, err := netip.ParseAddr(address); err == nil {
			address = a.Unmap().String()
		} else if p, err := netip.ParsePrefix(address); err == nil {
			if address = p.Masked().String(); p.IsSingleIP() {
				address = p.Addr().Unmap().String()
			}
		}
		if at := (place{text(r.Topology), address}); !slices.Contains(places, at) {
			places = append(places, at)
		}
	}
	return places
}

// addressTellers returns the keys of the resources that tell an address, sorted, but for those that measure what others tell.
func addressTellers(table map[string]*schemas.ComputeResource) map[place][]string {
	tellers := map[place][]string{}
	for key, r := range table {
		if r.Kind == "prometheus" {
			continue
		}
		for _, at := range placesOf(r) {
			tellers[at] = append(tellers[at], key)
		}
	}
	for _, keys := range tellers {
		slices.Sort(keys)
	}
	return tellers
}

// addressProblems returns what is wrong with the addresses of a resource: others tell the same one, so that one endpoint stands
// for all of them, or it has none, nor anything else that says where it is.
func addressProblems(key string, r *schemas.ComputeResource, tellers map[place][]string) []schemas.ResourceProblem {
	problem := func(format string, args ...any) schemas.ResourceProblem {
		return schemas.ResourceProblem{Field: "addresses", Reason: fmt.Sprintf(format, args...)}
	}
	if len(r.Addresses) == 0 && len(r.Attachments) == 0 && text(r.Site) == "" {
		return []schemas.ResourceProblem{problem("none, nor attachments or a site")}
	}
	var problems []schemas.ResourceProblem
	for _, at := range placesOf(r) {
		keys := tellers[at]
		if i, tells := slices.BinarySearch(keys, key); tells && len(keys) > 1 {
			others := slices.Concat(keys[:i], keys[i+1:])
			problems = append(problems, problem("%s is told by %s too", at.addresses, strings.Join(others[:min(len(others), maxNamed)], " ")))
		}
	}
	return problems
}
