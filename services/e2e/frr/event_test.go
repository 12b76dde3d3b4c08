package frr

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// event is something that happens to a network. Its name is in the words of the
// recordings.
type event struct {
	name string
	do   func()
	// after is how long it takes until a router acts.
	after time.Duration
}

const (
	// deadInterval is when a neighbour is given up that has said nothing, and a little more.
	deadInterval = 5 * time.Second
	// borderDelay is when a border router acts that is configured anew, and a little more.
	borderDelay = 8 * time.Second
)

// next returns the event of a number: every other one of the first is one of the
// network's own.
func (l *live) next(number int, rng *rand.Rand) event {
	if e, ended := l.ended(); ended {
		return event{name: fmt.Sprint("start ", e.router.number), do: e.open}
	}
	if own := number / 2; number%2 == 1 && own < len(l.spec.toggles) {
		return l.toggle(own)
	}
	return l.random(rng)
}

// random returns an event that is possible now.
func (l *live) random(rng *rand.Rand) event {
	for {
		var e event
		switch p := rng.IntN(100); {
		case p < 35:
			e = l.metricEvent(rng)
		case p < 60:
			e = l.linkEvent(rng)
		case p < 70:
			e = l.overloadEvent(rng)
		case p < 75:
			e = l.passiveEvent(rng)
		case p < 90:
			e = l.moveEvent(rng)
		case p < 96:
			e = l.toggleEvent(rng)
		default:
			x := l.exporters[rng.IntN(len(l.exporters))]
			e = event{name: fmt.Sprint("kill ", x.router.number), do: x.end}
		}
		if e.do != nil {
			return e
		}
	}
}

func (l *live) ended() (*exporter, bool) {
	for _, e := range l.exporters {
		if !e.up {
			return e, true
		}
	}
	return nil, false
}

// anEnd returns some router's end of some link.
func (n *network) anEnd(rng *rand.Rand) end {
	number := 1 + rng.IntN(len(n.spec.links))
	ends := n.ends(number)
	return ends[rng.IntN(len(ends))]
}

func (n *network) linkOf(e end) link { return n.spec.links[e.link-1] }

// at names an end: the routers and the link.
func (n *network) at(e end) string {
	if n.linkOf(e).lan {
		return fmt.Sprintf("%d lan%d", e.router, e.link)
	}
	_, other := n.hop(e.router, nexthop{InterfaceName: e.String()})
	return fmt.Sprint(e.router, " ", other)
}

// number names a link besides its routers.
func (e end) number() string { return fmt.Sprint(" ", e.link) }

// metrics are those that links get; the highest is OSPF's.
var metrics = []int{1, 2, 5, 10, 15, 20, 30, 40, 60, 100, 300, 5000, 65535}

func (l *live) metricEvent(rng *rand.Rand) event {
	e, metric := l.anEnd(rng), metrics[rng.IntN(len(metrics))]
	const narrow = 63 // RFC 1195 §5.3.1
	if metric == l.metric[e] || l.spec.narrow && metric > narrow {
		return event{}
	}
	return event{name: fmt.Sprintf("metric %s %d%s", l.at(e), metric, e.number()), do: func() {
		l.metric[e] = metric
		lines := []string{"interface " + e.String()}
		for _, c := range []struct{ igp, command string }{
			{l.linkOf(e).area, "ip ospf cost %d"}, {l.linkOf(e).area6, "ipv6 ospf6 cost %d"}, {l.linkOf(e).level, "isis metric %d"},
		} {
			if c.igp != "" {
				lines = append(lines, fmt.Sprintf(c.command, metric))
			}
		}
		l.routers[e.router-1].configure(lines...)
	}}
}

// linkEvent takes a link down, or a LAN's port, or up again; a few at most are down.
func (l *live) linkEvent(rng *rand.Rand) event {
	e := l.anEnd(rng)
	up, downs := l.down[e], 0
	for _, down := range l.down {
		if down {
			downs++
		}
	}
	if !up && downs > 4 || l.spec.wired && l.linkOf(e).lan {
		return event{}
	}
	ends := []end{e}
	if !l.linkOf(e).lan {
		ends = l.ends(e.link)
	}
	word := map[bool]string{true: "up", false: "down"}[up]
	var after time.Duration
	if l.linkOf(e).lan {
		after = deadInterval
	}
	return event{after: after, name: fmt.Sprintf("%s %s%s", word, l.at(e), e.number()), do: func() {
		for _, e := range ends {
			l.setUp(e, up)
		}
	}}
}

// overloadEvent sets or clears the overload bit, or the highest metric of OSPFv2. Without
// the R bit of OSPFv3 ospf6d has no routes of its own, which RFC 5340 §4.8.1 does not ask
// for: there is nothing to compare with.
func (l *live) overloadEvent(rng *rand.Rand) event {
	router := 1 + rng.IntN(l.spec.routers)
	on := !l.overloaded[router]
	if on && slices.Contains(slices.Collect(maps.Values(l.overloaded)), true) {
		return event{}
	}
	no := map[bool]string{true: "", false: "no "}[on]
	word := map[bool]string{true: "on", false: "off"}[on]
	return event{name: fmt.Sprintf("overload %d %s", router, word), do: func() {
		l.overloaded[router] = on
		for daemon, lines := range map[string][]string{
			"ospfd": {"router ospf", no + "max-metric router-lsa administrative"},
			"isisd": {"router isis " + isisTag, no + "set-overload-bit"},
		} {
			if r := l.routers[router-1]; r.runs(daemon) {
				r.configure(lines...)
			}
		}
	}}
}

// passiveEvent ends or allows OSPF's neighbours over a link.
func (l *live) passiveEvent(rng *rand.Rand) event {
	e := l.anEnd(rng)
	if l.linkOf(e).area == "" {
		return event{}
	}
	on := !l.passive[e]
	no := map[bool]string{true: "", false: "no "}[on]
	word := map[bool]string{true: "on", false: "off"}[on]
	return event{name: fmt.Sprintf("passive ospf %s %s%s", l.at(e), word, e.number()), do: func() {
		l.passive[e] = on
		l.routers[e.router-1].configure("interface "+e.String(), no+"ip ospf passive")
	}}
}

// moveEvent moves an end of a link to another OSPF area or IS-IS level: while the other end is
// not there, they are no neighbours.
func (l *live) moveEvent(rng *rand.Rand) event {
	e := l.anEnd(rng)
	k := l.linkOf(e)
	if len(k.others) == 0 {
		return event{}
	}
	at, first := &l.area, k.area
	lines := []string{"interface " + e.String(), "no ip ospf area " + l.area[e], "ip ospf area "}
	if k.area == "" {
		at, first, lines = &l.level, k.level, []string{"interface " + e.String(), "isis circuit-type "}
	}
	to := append([]string{first}, k.others...)[rng.IntN(1+len(k.others))]
	if to == (*at)[e] {
		return event{}
	}
	lines[len(lines)-1] += to
	return event{after: borderDelay, name: fmt.Sprintf("vty %d %s", e.router, strings.Join(lines, " ; ")), do: func() {
		(*at)[e] = to
		l.routers[e.router-1].configure(lines...)
	}}
}

// toggleEvent configures something that the network's specification names.
func (l *live) toggleEvent(rng *rand.Rand) event {
	if len(l.spec.toggles) == 0 {
		return event{}
	}
	return l.toggle(rng.IntN(len(l.spec.toggles)))
}

func (l *live) toggle(i int) event {
	t := l.spec.toggles[i]
	lines := t.on
	if l.on[i] {
		lines = t.off
	}
	return event{after: borderDelay, name: fmt.Sprintf("vty %d %s", t.router, strings.Join(lines, " ; ")), do: func() {
		l.on[i] = !l.on[i]
		l.routers[t.router-1].configure(lines...)
	}}
}

// alive returns the routers whose exporters have a session.
func (l *live) alive() []int {
	var alive []int
	for _, e := range l.exporters {
		if e.up {
			alive = append(alive, e.router.number)
		}
	}
	slices.Sort(alive)
	return alive
}
