package router

// FailLink takes the link between two routers down: their interfaces stay up and lose
// each other, and every speaker tells what follows from it. The BGP sessions stay.
func (n *Network) FailLink(a, b string) error {
	return n.change(a, b, func(l *link) { l.down = true })
}

// RestoreLink takes the link between two routers up again.
func (n *Network) RestoreLink(a, b string) error {
	return n.change(a, b, func(l *link) { l.down = false })
}

// SetMetric sets the IGP and the TE metric of one direction of a link.
func (n *Network) SetMetric(from, to string, metric uint16) error {
	return n.change(from, to, func(l *link) { l.end(from).metric = metric })
}

func (n *Network) change(a, b string, f func(*link)) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	l, err := n.topology.link(a, b)
	if err != nil {
		return err
	}
	f(l)
	for _, s := range n.servers {
		s.change(n.topology.database(s.router))
	}
	return nil
}

// Pair is two routers by their names.
type Pair struct{ From, To string }

// Unreachable returns the ordered pairs of which the first router has no route to the
// second: to none of its links that are up.
func (n *Network) Unreachable() []Pair {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.topology.unreachable()
}
