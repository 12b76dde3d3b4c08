package altoctl

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/tables"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// topologies reads what the speakers tell: by topology, of those that are asked for, one at
// least.
func (c *command) topologies(ctx context.Context) (map[string]*ted.Database, error) {
	table, err := tables.Read[schemas.RawTopology](ctx, c.config, schemas.RawTopologyTopic, c.bad)
	if err != nil {
		return nil, err
	}
	topologies := map[string]*ted.Database{}
	for key, r := range table {
		if !c.ofTopology(key) {
			continue
		}
		name := topologyOf(key)
		if topologies[name] == nil {
			topologies[name] = ted.New(ted.Options{})
		}
		topologies[name].Put(key, r)
	}
	switch {
	case len(topologies) > 0:
		return topologies, nil
	case c.topology != "":
		return nil, fmt.Errorf("%s holds nothing of topology %s", schemas.RawTopologyTopic, c.topology)
	}
	return nil, errors.New(schemas.RawTopologyTopic + " holds nothing (yet)")
}

// routers are the routers of a topology.
type routers struct {
	all   []*ted.Router // in the order of their PIDs
	table func() *alto.PrefixTable
}

func routersOf(db *ted.Database) routers {
	return routers{all: db.Routers(), table: func() *alto.PrefixTable { return alto.NewPrefixTable(db.NetworkMap(ted.Unique)) }}
}

// find returns the PIDs of the routers that a person means: by PID, node name, router id, or an
// address, whose PID the network map knows.
func (r routers) find(text string) []string {
	var found []string
	for _, router := range r.all {
		named := func(s string) bool { return strings.EqualFold(s, text) }
		if router.PID == text || slices.ContainsFunc(router.Names, named) || slices.ContainsFunc(router.IDs, named) {
			found = append(found, router.PID)
		}
	}
	if address, err := netip.ParseAddr(text); err == nil && len(found) == 0 {
		if pid, _, ok := r.table().Lookup(address); ok && pid != alto.DefaultPID {
			found = append(found, pid)
		}
	}
	return found
}

// one returns the only PID that a person can mean.
func (r routers) one(text string) (string, error) {
	switch found := r.find(text); len(found) {
	case 0:
		return "", fmt.Errorf("%s is no PID, router name, router id or address of a known prefix", text)
	case 1:
		return found[0], nil
	default:
		return "", fmt.Errorf("%s is each of %s; give the PID", text, strings.Join(found, ", "))
	}
}

// names returns what people call the PIDs: the node name, else the router id.
func (r routers) names() map[string]string {
	names := map[string]string{}
	for _, router := range r.all {
		if len(router.Names) > 0 {
			names[router.PID] = router.Names[0]
		} else if len(router.IDs) > 0 {
			names[router.PID] = router.IDs[0]
		}
	}
	return names
}

// between finds two routers in one topology, and returns its name and their PIDs.
func between(topologies map[string]*ted.Database, a, b string) (name, from, to string, err error) {
	var errs []error
	var found []string
	for _, topology := range slices.Sorted(maps.Keys(topologies)) {
		r := routersOf(topologies[topology])
		x, errX := r.one(a)
		y, errY := r.one(b)
		if err := errors.Join(errX, errY); err != nil {
			errs = append(errs, fmt.Errorf("topology %s: %w", topology, err))
			continue
		}
		name, from, to = topology, x, y
		found = append(found, topology)
	}
	switch len(found) {
	case 0:
		return "", "", "", errors.Join(errs...)
	case 1:
		return name, from, to, nil
	}
	return "", "", "", fmt.Errorf("both are in each of the topologies %s; give --topology", strings.Join(found, ", "))
}
