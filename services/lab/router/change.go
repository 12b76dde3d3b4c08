package router

import (
	"fmt"
	"strings"
)

// FailLink takes the link between two routers down: their interfaces stay up and lose
// each other, and every speaker tells what follows from it. The BGP sessions stay.
func (n *Network) FailLink(a, b string) error { _, err := n.failLink(a, b); return err }

// RestoreLink takes the link between two routers up again.
func (n *Network) RestoreLink(a, b string) error { _, err := n.restoreLink(a, b); return err }

// SetMetric sets the IGP and the TE metric of one direction of a link.
func (n *Network) SetMetric(from, to string, metric uint16) error {
	_, err := n.setMetric(from, to, metric)
	return err
}

func (n *Network) failLink(a, b string) (news string, err error) {
	return n.change(a, b, func(l *link) string {
		l.down = true
		return fmt.Sprintf("link %s fails", l)
	})
}

func (n *Network) restoreLink(a, b string) (news string, err error) {
	return n.change(a, b, func(l *link) string {
		l.down = false
		return fmt.Sprintf("link %s is back", l)
	})
}

func (n *Network) setMetric(from, to string, metric uint16) (news string, err error) {
	return n.change(from, to, func(l *link) string {
		l.end(from).metric = metric
		return fmt.Sprintf("the metric from %s to %s is %d", from, to, metric)
	})
}

// change changes a link, says what is new, and then has the speakers tell it.
func (n *Network) change(a, b string, f func(*link) string) (news string, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l, err := n.topology.link(a, b)
	if err != nil {
		return "", err
	}
	consequences := n.topology.consequences(l)
	news = strings.Join(append([]string{f(l)}, consequences()...), "\n")
	n.news(news)
	for _, s := range n.servers {
		s.change(n.topology.database(s.router))
	}
	return news, nil
}
