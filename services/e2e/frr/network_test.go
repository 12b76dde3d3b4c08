package frr

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// spec is a network as it is configured.
type spec struct {
	name      string
	routers   int // named R1, R2 …
	exporters []int
	reached   bool // exporters tell only of nodes that they reach (RFC 9552 §5.9)
	links     []link
	// isis holds the IS-IS area of each router, and isisLevel its is-type.
	isis, isisLevel map[int]string
	// multiTopology says that IS-IS routes IPv6 in topology 2.
	multiTopology bool
	// narrow says that IS-IS tells metrics of six bits (RFC 1195) alone.
	narrow bool
	// loopback holds the OSPF area of a loopback, if it is not that of the router's first
	// link.
	loopback map[int]string
	// more is further configuration, by router and daemon.
	more map[int]map[string]string
	// externals are prefixes that a router has from outside of the IGPs, some of them "via" a neighbour.
	externals map[int][]string
	toggles   []toggle
	// virtual says that there are virtual links, which BGP-LS does not tell from others: what they lead over counts no links.
	virtual bool
	// wired says that nothing cuts LANs: isisd 8.4 goes on to tell of those on which it has lost its neighbours.
	wired bool
}

// link is a point-to-point link, or a LAN.
type link struct {
	routers []int
	lan     bool
	area    string // OSPFv2's; "" = not in OSPFv2
	area6   string // OSPFv3's
	level   string // IS-IS: level-1, level-2-only, level-1-2; "" = not in IS-IS
	metric  int
	// unnumbered links have the addresses of loopbacks.
	unnumbered bool
	// others are OSPFv2 areas that an end of the link may be moved to, or IS-IS levels.
	others []string
}

// toggle is configuration of a router that comes and goes.
type toggle struct {
	router  int
	on, off []string
}

// network is a network that runs.
type network struct {
	t       testing.TB
	spec    spec
	prefix  string // of the namespaces' names
	routers []*router
	metric  map[end]int
	area    map[end]string // OSPFv2's now
	level   map[end]string // IS-IS's now
	down    map[end]bool
	passive map[end]bool
	// overloaded routers have the overload bit or tell the highest metric.
	overloaded map[int]bool
	on         map[int]bool // toggles
}

// end is where a router is on a link, both counted from 1.
type end struct{ router, link int }

func (e end) String() string { return fmt.Sprintf("l%d", e.link) }

// network returns the network as it is configured, which does not run.
func (s spec) network(t testing.TB) *network {
	n := &network{
		t: t, spec: s, prefix: fmt.Sprintf("altofrr%d-%s-", os.Getpid(), s.name),
		metric: map[end]int{}, area: map[end]string{}, level: map[end]string{},
		down: map[end]bool{}, passive: map[end]bool{}, overloaded: map[int]bool{}, on: map[int]bool{},
	}
	for i, l := range s.links {
		for _, e := range n.ends(i + 1) {
			n.metric[e], n.area[e], n.level[e] = l.metric, l.area, l.level
		}
	}
	return n
}

// begin sets up the links and starts the routers.
func begin(t testing.TB, s spec) *network {
	n := s.network(t)
	directory, err := os.MkdirTemp("", "altofrr")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(directory) })
	if err := os.Chmod(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	n.addNamespace(n.bridges())
	for number := 1; number <= s.routers; number++ {
		r := &router{t: t, number: number, namespace: fmt.Sprint(n.prefix, number), directory: filepath.Join(directory, routerName(number))}
		if err := os.Mkdir(r.directory, 0o755); err != nil {
			t.Fatal(err)
		}
		n.addRouter(r)
	}
	for i := range s.links {
		n.addLink(i + 1)
	}
	for _, r := range n.routers {
		for _, prefix := range s.externals[r.number] {
			if way := strings.Fields(prefix); len(way) > 1 {
				run(t, append([]string{"ip", "-n", r.namespace, "route", "add"}, way...)...)
			}
		}
		r.start(s.configuration(r.number))
		if level := s.isisLevel[r.number]; level != "" {
			// Not in the file: isisd 8.4 then never tells of its links.
			r.configure("router isis "+isisTag, "is-type "+level)
		}
	}
	return n
}

// bridges is the namespace that joins the links.
func (n *network) bridges() string { return n.prefix + "links" }

func (n *network) addNamespace(name string) {
	n.t.Helper()
	run(n.t, "ip", "netns", "add", name)
	n.t.Cleanup(func() { run(n.t, "ip", "netns", "delete", name) })
}

func (n *network) addRouter(r *router) {
	n.t.Helper()
	n.addNamespace(r.namespace)
	run(n.t, "ip", "netns", "exec", r.namespace, "sysctl", "-qw",
		"net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1",
		"net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.default.addr_gen_mode=1")
	run(n.t, "ip", "-n", r.namespace, "link", "set", "lo", "up")
	run(n.t, "ip", "-n", r.namespace, "address", "add", loopback4(r.number)+"/32", "dev", "lo")
	run(n.t, "ip", "-n", r.namespace, "address", "add", loopback6(r.number)+"/128", "dev", "lo")
	for _, prefix := range n.spec.externals[r.number] {
		if !strings.Contains(prefix, " ") {
			run(n.t, "ip", "-n", r.namespace, "route", "add", "blackhole", prefix)
		}
	}
	n.routers = append(n.routers, r)
}

func loopback4(router int) string { return fmt.Sprintf("10.255.%d.1", router) }
func loopback6(router int) string { return fmt.Sprint("fd00:ff::", router) }

// addLink adds a link: a bridge, with a port for each router.
func (n *network) addLink(number int) {
	n.t.Helper()
	bridge := fmt.Sprint("b", number)
	run(n.t, "ip", "-n", n.bridges(), "link", "add", bridge, "type", "bridge", "mcast_snooping", "0")
	run(n.t, "ip", "-n", n.bridges(), "link", "set", bridge, "up")
	for _, router := range n.spec.links[number-1].routers {
		e := end{router, number}
		namespace := n.routers[router-1].namespace
		run(n.t, "ip", "-n", namespace, "link", "add", e.String(), "type", "veth", "peer", "name", e.port(), "netns", n.bridges())
		run(n.t, "ip", "-n", n.bridges(), "link", "set", e.port(), "master", bridge, "up")
		for _, address := range n.addresses(e) {
			run(n.t, "ip", "-n", namespace, "address", "add", address, "dev", e.String())
		}
		run(n.t, "ip", "-n", namespace, "link", "set", e.String(), "up")
	}
}

// addresses are those of an end, with prefix lengths.
func (n *network) addresses(e end) []string {
	linkLocal := fmt.Sprintf("fe80::%d/64", e.router)
	if n.linkOf(e).unnumbered {
		return []string{loopback4(e.router) + "/32", linkLocal}
	}
	return []string{fmt.Sprintf("10.1.%d.%d/24", e.link, e.router), fmt.Sprintf("fd00:%d::%d/64", e.link, e.router), linkLocal}
}

// port is the end's port at the bridge.
func (e end) port() string { return fmt.Sprintf("p%d-%d", e.link, e.router) }

// setUp takes a router's end of a link down, or up again. At a LAN nothing comes through
// any more, but the router has its carrier: isisd 8.4 crashes if that goes.
func (n *network) setUp(e end, up bool) {
	n.t.Helper()
	n.down[e] = !up
	if n.linkOf(e).lan {
		const disabled, forwarding = "0", "3"
		state := map[bool]string{true: forwarding, false: disabled}[up]
		run(n.t, "bridge", "-n", n.bridges(), "link", "set", "dev", e.port(), "state", state)
		return
	}
	state := map[bool]string{true: "up", false: "down"}[up]
	run(n.t, "ip", "-n", n.bridges(), "link", "set", e.port(), state)
}

// ends returns the ends of a link.
func (n *network) ends(number int) []end {
	var ends []end
	for _, router := range n.spec.links[number-1].routers {
		ends = append(ends, end{router, number})
	}
	return ends
}
