package apsp

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// network is a graph to compute and to measure.
type network struct {
	name  string
	nodes int
	arcs  []Arc[uint32]
}

// families make networks of any size from ten nodes, always the same for the same size.
var families = []struct {
	name string
	make func(nodes int) *network
}{{"isp", isp}, {"fabric", fabric}, {"attachment", attachment}, {"attachment-te", attachmentTE}}

func (n *network) String() string { return fmt.Sprintf("%s/%d", n.name, n.nodes) }

// graph has all nodes visible and with transit.
func (n *network) graph() *Graph[uint32] { return New(make([]bool, n.nodes), n.nodes, n.arcs) }

// join links two nodes, with a metric in each direction.
func (n *network) join(a, b int, there, back uint32) {
	n.arcs = append(n.arcs, Arc[uint32]{a, b, there}, Arc[uint32]{b, a, back})
}

func newRand(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 7)) }

// isp is built as the lab's provider is (services/lab/router, ISP): a core, which is a ring
// with chords; rings of five that leave it at two neighbours; and routers on one link. The
// core grows with the network, and metrics differ.
func isp(nodes int) *network {
	n, rng := &network{name: "isp", nodes: nodes}, newRand(nodes)
	link := func(a, b, metric int) { n.join(a, b, uint32(metric+rng.IntN(metric)), uint32(metric+rng.IntN(metric))) }
	core := max(nodes/25, 4)
	for i := range core {
		link(i, (i+1)%core, 10)
		if i%2 == 0 {
			link(i, rng.IntN(core), 30)
		}
	}
	const ring, leaves = 5, 3
	for block, first := 0, core; first < nodes; block, first = block+1, first+ring+leaves {
		last := min(first+ring, nodes) - 1
		link(block%core, first, 20)
		for i := first; i < last; i++ {
			link(i, i+1, 20)
		}
		link(last, (block+1)%core, 20)
		for leaf := first + ring; leaf < min(first+ring+leaves, nodes); leaf++ {
			link(first+(leaf-first)%ring, leaf, 100)
		}
	}
	return n
}

// fabric is a folded Clos network of three stages: pods of 16 leaves and four spines, each
// of which is joined to four of 16 superspines.
func fabric(nodes int) *network {
	n := &network{name: "fabric", nodes: nodes}
	const superspines, spines, pod = 16, 4, 20
	for first := superspines; first < nodes; first += pod {
		for i := first; i < min(first+pod, nodes); i++ {
			for j := range spines {
				switch spine := first + j; {
				case i < first+spines:
					n.join(i, (i-first)*spines+j, 1, 1)
				case spine < nodes:
					n.join(i, spine, 1, 1)
				}
			}
		}
	}
	return n
}

// attachment joins each node to two before it, the more likely the more links those have
// (Barabási and Albert): the densest that networks of that many links become in the middle.
func attachment(nodes int) *network { return attach("attachment", nodes, 100) }

// attachmentTE has metrics of 24 bits.
func attachmentTE(nodes int) *network { return attach("attachment-te", nodes, 1<<24-1) }

func attach(name string, nodes int, metric uint32) *network {
	n, rng := &network{name: name, nodes: nodes}, newRand(nodes)
	ends := []int{0}
	for i := 1; i < nodes; i++ {
		for range 2 {
			to := ends[rng.IntN(len(ends))]
			n.join(i, to, 1+rng.Uint32N(metric), 1+rng.Uint32N(metric))
			ends = append(ends, i, to)
		}
	}
	return n
}

// realNetworks are those of testdata/topologies.txt, metrics the same in both directions.
func realNetworks(t testing.TB) []*network {
	file, err := os.Open("testdata/topologies.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var networks []*network
	for lines := bufio.NewScanner(file); lines.Scan(); {
		n := &network{}
		var a, b int
		var metric uint32
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		} else if _, err := fmt.Sscanf(lines.Text(), "%d %d %d", &a, &b, &metric); err == nil {
			networks[len(networks)-1].join(a, b, metric, metric)
		} else if _, err := fmt.Sscanf(lines.Text(), "%s %d nodes", &n.name, &n.nodes); err == nil {
			networks = append(networks, n)
		} else {
			t.Fatalf("not a link or a network: %s", lines.Text())
		}
	}
	return networks
}
