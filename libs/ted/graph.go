package ted

import (
	"cmp"
	"maps"
	"slices"
)

// Graph is the graph of a database at one moment: routers and pseudonodes, and the
// links that are up in both directions. It does not change once built.
type Graph struct {
	pids     []string // names of the routers, which are nodes 0 to len(pids)-1; pseudonodes follow
	nodes    int
	overload []bool // by router
	edges    []edge
	leftOut  map[string]int
}

// edge is a directed link that is used. Metrics are -1 if they are not told.
type edge struct {
	from, to int32
	igp, te  int64
}

// Graph returns the graph of the records that count now.
func (d *Database) Graph() *Graph {
	v := d.view()
	g := &Graph{leftOut: map[string]int{}}
	routers := slices.SortedFunc(maps.Keys(v.routers), func(a, b router) int {
		return cmp.Compare(a.pid(), b.pid())
	})
	index := make(map[node]int32, len(routers))
	for i, r := range routers {
		g.pids = append(g.pids, r.pid())
		g.overload = append(g.overload, v.overload[r])
		index[node{router: r}] = int32(i)
	}
	for _, l := range v.usedLinks(g.leftOut) {
		g.addLink(l, index)
	}
	g.nodes = len(index)
	return g
}

// addLink adds a link, and its pseudonode if it is new.
func (g *Graph) addLink(l link, index map[node]int32) {
	for _, end := range []node{l.from, l.to} {
		if _, known := index[end]; !known {
			index[end] = int32(len(index))
		}
	}
	e := edge{from: index[l.from], to: index[l.to], igp: notTold, te: notTold}
	if l.igp != nil {
		e.igp = int64(*l.igp)
	} else {
		g.leftOut[NoIGPMetric]++
	}
	if l.te != nil {
		e.te = int64(*l.te)
	} else {
		g.leftOut[NoTEMetric]++
	}
	g.edges = append(g.edges, e)
}

const notTold = -1

// LeftOut returns how many links are left out for each reason.
func (g *Graph) LeftOut() map[string]int { return maps.Clone(g.leftOut) }

func (g *Graph) isPseudonode(n int32) bool { return int(n) >= len(g.pids) }
