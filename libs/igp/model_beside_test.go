package igp

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
)

// besides are the models of several IGPs, the preferred first, whose routers are numbers from an offset on.
type besides []modelAt

type modelAt struct {
	*model
	first   int
	nearest func(router int) []way
}

// paths returns the whole paths that packets can take: as the first IGP leads that has a route, else hop by hop where the
// default route of the first one leads that has such.
func (b besides) paths(from, to, hopLimit int) map[path]bool {
	found := map[path]bool{}
	for _, m := range b {
		if from == to {
			found[path{}] = true
		} else if m.has(from) && m.has(to) && m.tables[from-m.first][to-m.first].ok {
			found[m.tables[from-m.first][to-m.first].net()] = true
		}
		if len(found) > 0 {
			return found
		}
	}
	for _, m := range b {
		if !m.has(from) || hopLimit == 0 {
			continue
		}
		ways := m.nearest(from - m.first)
		for _, w := range ways {
			m.walk(w, m.at[w.area][from-m.first], path{}, func(router int, gone path) {
				for rest := range b.paths(router+m.first, to, hopLimit-1) {
					if rest == noPath {
						found[noPath] = true
					} else {
						found[gone.plus(rest)] = true
					}
				}
			})
		}
		if len(ways) > 0 {
			break
		}
	}
	if len(found) == 0 {
		found[noPath] = true
	}
	return found
}

func (m modelAt) has(router int) bool { return router >= m.first && router < m.first+m.Routers }

// put puts the IGP into a network of more routers.
func (m modelAt) put(n *Network) {
	d := *m.Domain
	d.Areas, d.Outside = nil, nil
	for _, a := range m.Areas {
		shifted := *a
		shifted.Nodes = nil
		for _, node := range a.Nodes {
			if node.Router != Pseudonode {
				node.Router += m.first
			}
			shifted.Nodes = append(shifted.Nodes, node)
		}
		d.Areas = append(d.Areas, &shifted)
	}
	for _, o := range m.Outside {
		o.Teller, o.Router = o.Teller+m.first, o.Router+m.first
		d.Outside = append(d.Outside, o)
	}
	d.Addresses = append(make([]netip.Prefix, m.first), m.Addresses...)
	d.Addresses = append(d.Addresses, make([]netip.Prefix, n.Routers-len(d.Addresses))...)
	n.Domains = append(n.Domains, &d)
}

func randomOSPFModel(rng *rand.Rand) modelAt {
	m := newModel(randomOSPF(rng), ByIGP)
	m.homes(rng, false, 3)
	if rng.IntN(3) > 0 {
		m.policies(rng)
	}
	m.runOSPF()
	m.tell()
	return modelAt{m, 0, m.nearestDefaults}
}

func randomISISModel(rng *rand.Rand) modelAt {
	m := newModel(randomISIS(rng), ByIGP)
	m.attach(rng)
	if rng.IntN(3) == 0 {
		m.tellDefaults(rng)
	}
	some := rng.IntN(3)
	m.isisPolicies(func() bool { return rng.IntN(3) < some }, func() bool { return rng.IntN(8) == 0 }, func() int { return 2 })
	m.converge(m.isisRoute, m.tellsOn)
	m.tell()
	return modelAt{m, 0, m.nearestOut}
}

// TestSeveralIGPsAgainstModel has routers that are in one IGP or in both, in which they have different numbers.
func TestSeveralIGPsAgainstModel(t *testing.T) {
	compared, reached := 0, 0
	for seed := range seeds.Of(300) {
		rng := rand.New(rand.NewPCG(seed, 13))
		kinds := [][2]func(*rand.Rand) modelAt{{randomOSPFModel, randomISISModel}, {randomISISModel, randomOSPFModel}, {randomOSPFModel, randomOSPFModel}}[rng.IntN(3)]
		b := besides{kinds[0](rng), kinds[1](rng)}
		b[rng.IntN(2)].first = rng.IntN(4)
		n := &Network{Routers: max(b[0].first+b[0].Routers, b[1].first+b[1].Routers)}
		for _, m := range b {
			m.put(n)
		}
		n.measureByMetric(Delay)
		got, some, delays := n.Distances(ByIGP), n.DistancesTo([]int{0, 2}, ByIGP), n.Along(Delay)
		for from := range n.Routers {
			for to := range n.Routers {
				want, d := map[string]bool{}, got.At(from, to)
				for p := range b.paths(from, to, n.Routers) {
					want[p.String()] = true
				}
				delay := math.NaN()
				if compared++; d != Unreachable {
					reached++
					delay = float64(d.Metric())
				}
				switch {
				case !want[d.String()]:
					t.Fatalf("seed %d: %c>%c: got %s, want %v\n%s", seed, 'A'+from, 'A'+to, d, want, format(n))
				case !sameValue(delays.At(from, to), delay):
					t.Errorf("the delay is %v", delays.At(from, to))
				case (to == 0 || to == 2) && some.At(from, to) != d:
					t.Errorf("to some it is %v", some.At(from, to))
				}
				if compared%20 == 0 {
					if p, ok := n.Path(from, to); ok != (d != Unreachable) || ok && p.Distance != d {
						t.Errorf("the path is %v", p)
					}
				}
				if t.Failed() {
					t.Fatalf("seed %d: %c>%c: %s\n%s", seed, 'A'+from, 'A'+to, d, format(n))
				}
			}
		}
	}
	t.Logf("%d pairs, %d reached", compared, reached)
}
