package igp

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parser reads a network. Its statements end with a line or a semicolon:
//
//	ospf, isis, flat   starts a domain; "ospf told" one of which prefixes are told
//	area 0, level 2    starts an area
//	A-B 10             a link both ways; "A-B 10 3" costs 3 back
//	A>B 10             a link one way; "A>B 10 te 7" with a TE metric
//	A-B 10 delay 5     what is measured, in both directions: also loss, available; more can follow
//	A-x 10             a link to a pseudonode, which costs 0 back
//	A                  a router without links there
//	A overload         it leads nothing through
//	A noborder         it tells that it is no border router
//	A attached         it has the attached bit
//	A tells B 5        A reaches B's address in this area; "default" or a prefix can take
//	                   B's place, and "passed", "external1", "external2" follow
//	outside A 5        A tells all areas a default route of type 2; "external1", and the router that has the forwarding
//	                   address, can follow
//	stub               nothing of outside is told in the area
//
// Routers are capital letters, pseudonodes small ones.
type parser struct {
	network *Network
	domain  *Domain
	area    *Area
	told    bool
	index   map[string]int // of the area's nodes
}

func parse(t *testing.T, text string) *Network {
	t.Helper()
	p := &parser{network: &Network{Routers: 26}}
	for _, statement := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ';' }) {
		if words := strings.Fields(statement); len(words) > 0 && !p.statement(words) {
			t.Fatalf("bad statement %q", statement)
		}
	}
	return p.network
}

func (p *parser) statement(words []string) bool {
	rules, isDomain := map[string]Rules{"flat": Flat, "ospf": OSPF, "isis": ISIS}[words[0]]
	switch {
	case isDomain:
		p.domain = &Domain{Rules: rules, Addresses: make([]netip.Prefix, p.network.Routers)}
		p.network.Domains = append(p.network.Domains, p.domain)
		p.told = len(words) > 1
	case words[0] == "area" || words[0] == "level":
		backbone := strings.Join(words, " ") == "area 0" || strings.Join(words, " ") == "level 2"
		p.area = &Area{Backbone: backbone, Prefixes: map[netip.Prefix][]Advertisement{}, TellsPrefixes: p.told}
		p.domain.Areas = append(p.domain.Areas, p.area)
		p.index = map[string]int{}
	case strings.ContainsAny(words[0], "->"):
		p.link(words)
	case words[0] == "outside":
		teller := int(words[1][0] - 'A')
		o := Outside{teller, teller, number(words[2]), External2}
		if len(words) > 3 {
			o.Reach = reaches[words[3]]
		}
		if len(words) > 4 {
			o.Router = int(words[4][0] - 'A')
		}
		p.domain.Outside = append(p.domain.Outside, o)
	case words[0] == "stub":
		p.area.Stub = true
	case len(words) == 1:
		p.node(words[0])
	case words[1] == "overload":
		p.area.Nodes[p.node(words[0])].NoTransit = true
	case words[1] == "noborder":
		p.area.Nodes[p.node(words[0])].NoBorder = true
	case words[1] == "border":
		p.area.Nodes[p.node(words[0])].Border = true
	case words[1] == "attached":
		p.area.Nodes[p.node(words[0])].Attached = true
	case words[1] == "tells":
		p.tell(words)
	default:
		return false
	}
	return true
}

func (p *parser) node(name string) int {
	if i, known := p.index[name]; known {
		return i
	}
	router := Pseudonode
	if isRouter(name) {
		router = int(name[0] - 'A')
	}
	p.index[name] = len(p.area.Nodes)
	p.area.Nodes = append(p.area.Nodes, Node{Router: router})
	return p.index[name]
}

func isRouter(name string) bool { return name >= "A" && name <= "Z" }

func (p *parser) link(words []string) {
	from, to := words[0][:1], words[0][2:]
	there := Link{From: p.node(from), To: p.node(to), IGP: Told{number(words[1]), true}}
	for i := 2; i+1 < len(words); i += 2 {
		if words[i] == "te" {
			there.TE = Told{number(words[i+1]), true}
		} else {
			there.measure(words[i], words[i+1])
		}
	}
	p.area.Links = append(p.area.Links, there)
	if words[0][1] == '>' {
		return
	}
	back := Link{From: there.To, To: there.From, IGP: there.IGP, TE: there.TE, Measured: there.Measured}
	switch {
	case !isRouter(to):
		back.IGP, back.TE, back.Measured = Told{0, true}, Told{0, true}, nil
	case len(words) == 3:
		back.IGP.Value = number(words[2])
	}
	p.area.Links = append(p.area.Links, back)
}

func (l *Link) measure(what, value string) {
	if l.Measured == nil {
		l.Measured = NothingMeasured()
	}
	v, err := strconv.ParseFloat(value, 64)
	if err != nil {
		panic(err)
	}
	l.Measured[map[string]Measure{"delay": Delay, "loss": Loss, "available": AvailableBandwidth}[what]] = v
}

var reaches = map[string]Reach{"passed": Passed, "external1": External1, "external2": External2}

func (p *parser) tell(words []string) {
	var prefix netip.Prefix
	switch of := words[2]; {
	case of == "default":
		prefix = netip.MustParsePrefix("0.0.0.0/0")
	case isRouter(of):
		prefix = addressOf(int(of[0] - 'A'))
	default:
		prefix = netip.MustParsePrefix(of)
	}
	a := Advertisement{Node: p.node(words[0]), Metric: number(words[3])}
	if len(words) > 4 {
		a.Reach = reaches[words[4]]
	}
	p.area.Prefixes[prefix] = append(p.area.Prefixes[prefix], a)
	if a.Reach == Own && words[0] == words[2] {
		p.domain.Addresses[words[0][0]-'A'] = prefix
	}
}

func addressOf(router int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(router >> 8), byte(router + 1)}), 32)
}

func number(word string) uint32 {
	n, err := strconv.ParseUint(word, 0, 32)
	if err != nil {
		panic(err)
	}
	return uint32(n)
}

// rule is a test of one rule. Of each pair wanted it says what the path costs and how
// many links it has: "A>C 12/3", "A>C 12/?" where those are not known, or "A>C none".
type rule struct {
	name    string
	network string
	weight  Weight
	join    bool
	want    string
}

func (r rule) test(t *testing.T) {
	n := parse(t, r.network)
	n.Join = r.join
	distances := n.Distances(r.weight)
	var got, want []string
	for _, w := range strings.Split(r.want, ",") {
		w = strings.TrimSpace(w)
		want = append(want, w)
		got = append(got, fmt.Sprintf("%.3s %v", w, distances.At(int(w[0]-'A'), int(w[2]-'A'))))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n(-want +got)\n%s", r.network, diff)
	}
}

func testRules(t *testing.T, rules []rule) {
	for _, r := range rules {
		t.Run(r.name, r.test)
	}
}

// String writes a distance as the tests do.
func (d Distance) String() string {
	if d == Unreachable {
		return "none"
	}
	if links, ok := d.Links(); ok {
		return fmt.Sprintf("%d/%d", d.Metric(), links)
	}
	return fmt.Sprintf("%d/?", d.Metric())
}

func randomMetric(rng *rand.Rand) Told { return Told{rng.Uint32N(10), true} }

// randomArea connects routers at random, mostly all of them, over links and LANs with
// metrics that differ by direction.
func randomArea(rng *rand.Rand, backbone bool, routers []int, noTransit int) *Area {
	a := &Area{Backbone: backbone}
	for i, r := range routers {
		a.Nodes = append(a.Nodes, Node{Router: r, NoTransit: rng.IntN(100) < noTransit})
		if i > 0 && rng.IntN(8) > 0 {
			a.randomLink(rng, i, rng.IntN(i))
		}
	}
	for range rng.IntN(len(routers)) {
		if i, j := rng.IntN(len(routers)), rng.IntN(len(routers)); i != j {
			a.randomLink(rng, i, j)
		}
	}
	for range rng.IntN(3) / 2 {
		a.Nodes = append(a.Nodes, Node{Router: Pseudonode})
		for i := range routers {
			if rng.IntN(2) == 0 {
				a.randomLink(rng, i, len(a.Nodes)-1)
			}
		}
	}
	return a
}

func (a *Area) randomLink(rng *rand.Rand, from, to int) {
	there := Link{From: from, To: to, IGP: randomMetric(rng), TE: randomMetric(rng)}
	back := Link{From: to, To: from, IGP: randomMetric(rng), TE: randomMetric(rng)}
	if a.Nodes[to].Router == Pseudonode {
		back.IGP, back.TE = Told{0, true}, Told{0, true}
	}
	a.Links = append(a.Links, there, back)
}
