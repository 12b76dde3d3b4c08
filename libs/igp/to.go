package igp

// DistancesTo returns the distances from all routers to the given ones; of others it holds what
// was computed on the way. Between areas the rules take their time for each destination.
func (n *Network) DistancesTo(destinations []int, w Weight) *Matrix {
	if n.Join {
		return n.Distances(w)
	}
	total := newMatrix(n.Routers)
	for _, d := range n.Domains {
		w := d.weight(w)
		r := newRouting(d, n.Routers, w, func(a *Area) *inside { return a.shortestPaths(w) })
		r.destinations = destinations
		total.fill(r.all())
	}
	return total
}
