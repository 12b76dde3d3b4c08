package router

import (
	"context"
	"fmt"
)

// FailLink takes the link between two routers down: each withdraws its direction.
// The BGP sessions stay.
func (n *Network) FailLink(a, b string) error {
	return n.change(a, b, func(l link, status *linkStatus) error {
		status.down = true
		return n.both(l, status, (*server).withdraw)
	})
}

// RestoreLink takes the link between two routers up again.
func (n *Network) RestoreLink(a, b string) error {
	return n.change(a, b, func(l link, status *linkStatus) error {
		status.down = false
		return n.both(l, status, (*server).announce)
	})
}

// SetMetric sets the IGP and the TE metric of one direction of a link.
func (n *Network) SetMetric(from, to string, metric uint16) error {
	return n.change(from, to, func(l link, status *linkStatus) error {
		start := l.a
		if start.String() != from {
			start = l.b
		}
		status.metric[start] = metric
		if status.down {
			return nil
		}
		return n.server(start).announce(context.Background(), linkObject(l, start, metric))
	})
}

func (n *Network) change(a, b string, f func(link, *linkStatus) error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l, status := range n.links {
		if l.a.String() == a && l.b.String() == b || l.a.String() == b && l.b.String() == a {
			return f(l, status)
		}
	}
	return fmt.Errorf("the lab's network has no link %s-%s; it has R1-R2, R1-R3, R2-R3, R2-R4 and R3-R5", a, b)
}

// both does something with both directions of a link, at their originators.
func (n *Network) both(l link, status *linkStatus, do func(*server, context.Context, object) error) error {
	for r, metric := range status.metric {
		if err := do(n.server(r), context.Background(), linkObject(l, r, metric)); err != nil {
			return err
		}
	}
	return nil
}
