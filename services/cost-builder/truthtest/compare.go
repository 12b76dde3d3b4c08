package truthtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/ted"
)

// Compare holds the maps of a database against a state. It returns how many costs and
// owners it compared, and what is wrong.
func (r Recording) Compare(s State, db *ted.Database) (compared int, wrong []string) {
	c := &comparison{recording: r, except: s.NotTold}
	g := db.Graph()
	c.compare("", s.Tables, g.Costs(ted.RoutingIGP))
	if s.Costs6 != nil {
		tables := Tables{s.Costs6, s.Default6, s.Several6, s.Unreachable6}
		c.compare("IPv6 ", tables, g.IPv6Costs(ted.RoutingIGP))
		if !g.IPv6Apart() {
			c.wrongf("IPv6 has no costs of its own")
		}
	}
	if s.Hops != nil {
		c.compare("hops ", Tables{Costs: s.Hops}, g.Costs(ted.HopCount))
	}
	c.compareOwners(s, db.NetworkMap(ted.Unique))
	return c.compared, c.wrong
}

type comparison struct {
	recording Recording
	except    [][2]string
	compared  int
	wrong     []string
}

func (c *comparison) wrongf(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// byRouter renames the PIDs of costs.
func (c *comparison) byRouter(costs alto.Costs) map[[2]string]float64 {
	out := map[[2]string]float64{}
	for from, row := range alto.CostMapOf(costs) {
		for to, cost := range row {
			pair := [2]string{c.recording.name(from), c.recording.name(to)}
			if _, twice := out[pair]; twice && pair[0] != pair[1] && !slices.Contains(c.except, pair) {
				c.wrongf("%v has two PIDs", pair)
			}
			out[pair] = cost
		}
	}
	return out
}

func (c *comparison) compare(family string, right Tables, costs alto.Costs) {
	is := c.byRouter(costs)
	pair := func(from, to string, right ...*float64) {
		if slices.Contains(c.except, [2]string{from, to}) {
			return
		}
		c.compared++
		cost, reached := is[[2]string{from, to}]
		fits := func(r *float64) bool { return r == nil && !reached || r != nil && reached && *r == cost }
		if !slices.ContainsFunc(right, fits) {
			c.wrongf("%s%s→%s is %s, right is %s", family, from, to, said(cost, reached), saidAny(right))
		}
	}
	for _, costs := range []Costs{right.Costs, right.Default} {
		for from, row := range costs {
			for to, cost := range row {
				pair(from, to, &cost)
			}
		}
	}
	for from, row := range right.Several {
		for to, costs := range row {
			pair(from, to, costs...)
		}
	}
	for _, p := range right.Unreachable {
		pair(p[0], p[1], nil)
	}
	slices.Sort(c.wrong)
}

func said(cost float64, reached bool) string {
	if !reached {
		return "unreachable"
	}
	return fmt.Sprint(cost)
}

func saidAny(costs []*float64) string {
	var any []string
	for _, c := range costs {
		if c == nil {
			any = append(any, said(0, false))
		} else {
			any = append(any, said(*c, true))
		}
	}
	return strings.Join(any, " or ")
}

// compareOwners compares the owners of the prefixes on whose owner all routers agree that
// do not own it themselves.
func (c *comparison) compareOwners(s State, m alto.NetworkMap) {
	for prefix, byRouter := range s.PrefixOwner {
		var others []string
		for router, owners := range byRouter {
			if !slices.Equal(owners, []string{router}) {
				others = append(others, strings.Join(owners, ","))
			}
		}
		slices.Sort(others)
		if others = slices.Compact(others); len(others) != 1 || strings.Contains(others[0], ",") {
			continue
		}
		c.compared++
		var is []string
		for _, pid := range slices.Sorted(maps.Keys(m)) {
			if slices.Contains(m[pid].IPv4, prefix) {
				is = append(is, c.recording.name(pid))
			}
		}
		if !slices.Equal(is, others) {
			c.wrongf("%s is of %v, right is %v", prefix, is, others)
		}
	}
}
