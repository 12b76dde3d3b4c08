package igp

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
)

func TestDistancesToSomeAreThoseOfAll(t *testing.T) {
	for seed := range seeds.Of(200) {
		rng := rand.New(rand.NewPCG(seed, 21))
		n := []func(*rand.Rand) *Network{randomISIS, randomOSPF}[seed%2](rng)
		n.Domains[0].Addresses = make([]netip.Prefix, n.Routers)
		n.Join = seed%7 == 0
		all, to := n.Distances(ByIGP), rng.Perm(n.Routers)[:1+rng.IntN(n.Routers)]
		some := n.DistancesTo(to, ByIGP)
		for from := range n.Routers {
			for _, to := range to {
				if some.At(from, to) != all.At(from, to) {
					t.Fatalf("seed %d: from %d to %d: %d, want %d", seed, from, to, some.At(from, to), all.At(from, to))
				}
			}
		}
	}
}
