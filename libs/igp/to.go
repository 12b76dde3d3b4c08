package igp

// DistancesTo returns the distances from all routers to the given ones; of others it holds what
// was computed on the way. Between areas the rules take their time for each destination.
func (n *Network) DistancesTo(destinations []int, w Weight) *Matrix {
	if n.Join {
		return n.Distances(w)
	}
	total, _ := n.preferred(func(d *Domain) *routing {
		r := d.routing(n.Routers, w, (*Area).shortestPaths)
		r.destinations = destinations
		return r
	})
	return total
}
