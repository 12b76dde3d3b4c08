package bgpingest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/seeds"
	"github.com/altostream/altostream/schemas"
)

// teller is a router, which tells both replicas of its nodes, by their names.
type teller struct {
	source string
	has    map[byte]string
	kept   map[byte]bool // what it has had since all was quiet: at no moment may the table lack it
	up     [2]bool       // by replica
}

// hearing is two replicas and the routers that they hear.
type hearing struct {
	*replicas
	t       *testing.T
	rng     *rand.Rand
	routers []*teller
	log     []string
}

func newHearing(t *testing.T, rng *rand.Rand) *hearing {
	h := &hearing{replicas: newReplicas(t), t: t, rng: rng}
	for _, source := range []string{"s", "t"} {
		h.routers = append(h.routers, &teller{source: source, has: map[byte]string{}, kept: map[byte]bool{}})
		h.both(Configured{Source: source, ASN: 1})
	}
	return h
}

// one has one replica hear something.
func (h *hearing) one(i int, e Event) {
	h.log = append(h.log, fmt.Sprintf("%d: %T %v", i, e, e))
	h.tell(i, e)
	for _, r := range h.routers {
		for id := range r.kept {
			if _, ok := h.names(r.source)[id]; !ok {
				h.t.Fatalf("node %d of %s is lost\n%v", id, r.source, h.log)
			}
		}
	}
	if h.rng.IntN(10) == 0 {
		h.log = append(h.log, fmt.Sprintf("%d takes over", 1-h.lead))
		h.takeOver(1 - h.lead)
	}
}

// all has all replicas hear something that are in session with a router.
func (h *hearing) all(r *teller, e Event) {
	for i, up := range r.up {
		if up {
			h.one(i, e)
		}
	}
}

func (r *teller) named(id byte) Event {
	name := r.has[id]
	return Update{Source: r.source, Update: bgpls.Update{Reach: nodes(id), Attributes: &bgpls.Attributes{NodeName: &name}}}
}

// tellAll has a replica hear the whole table of a router between two events.
func (h *hearing) tellAll(i int, r *teller, begin, end Event) {
	h.one(i, begin)
	for _, id := range slices.Sorted(maps.Keys(r.has)) {
		h.one(i, r.named(id))
	}
	h.one(i, end)
}

func (h *hearing) connect(i int, r *teller) {
	if !r.up[i] {
		r.up[i] = true
		h.tellAll(i, r, Up{Source: r.source, ASN: 1}, endOfRIB(r.source))
	}
}

// kill has another replica take over from one, and starts that anew.
func (h *hearing) kill(i int) {
	h.log = append(h.log, fmt.Sprintf("%d is killed", i))
	if i == h.lead {
		h.takeOver(1 - i)
	}
	h.start(i)
	for _, r := range h.routers {
		r.up[i] = false
		h.tell(i, Configured{Source: r.source, ASN: 1})
	}
}

func (h *hearing) step() {
	r, id, i := h.routers[h.rng.IntN(2)], byte(1+h.rng.IntN(4)), h.rng.IntN(2)
	switch n := h.rng.IntN(12); {
	case n < 4:
		r.has[id] = fmt.Sprint("n", h.rng.IntN(3))
		h.all(r, r.named(id))
	case n < 7:
		delete(r.has, id)
		delete(r.kept, id)
		h.all(r, unreach(r.source, id))
	case n == 7:
		h.kill(i)
	case !r.up[i]:
		h.connect(i, r)
	case n == 8:
		h.tellAll(i, r, RefreshBegun{r.source, bgp.LinkState}, RefreshEnded{r.source, bgp.LinkState})
	default:
		r.up[i] = false
		h.one(i, Down{Source: r.source})
	}
}

// names are those of the nodes that the table holds of a router.
func (h *hearing) names(source string) map[byte]string {
	names := map[byte]string{}
	for _, r := range h.records {
		if r.Source == source && r.Kind == schemas.KindNode {
			var id byte
			_, _ = fmt.Sscanf(*r.LocalNode.IGPRouterID, "%08x", &id)
			names[id] = *r.Attributes.NodeName
		}
	}
	return names
}

// TestReplicasLoseNothing has replicas lose sessions, be killed, and take over from each other while routers tell their tables: what
// a router has all the time is never gone, and when both have heard all, the table holds what the routers have.
func TestReplicasLoseNothing(t *testing.T) {
	for seed := range seeds.Of(60) {
		h := newHearing(t, rand.New(rand.NewPCG(seed, 5)))
		for range 6 {
			for range 12 {
				h.step()
			}
			for _, r := range h.routers {
				for _, i := range h.rng.Perm(2) {
					h.connect(i, r)
				}
				if got := h.names(r.source); !maps.Equal(got, r.has) {
					t.Fatalf("seed %d: got %v of %s, want %v\n%v", seed, got, r.source, r.has, h.log)
				}
				r.kept = map[byte]bool{}
				for id := range r.has {
					r.kept[id] = true
				}
			}
			if n := h.takeOver(1 - h.lead); n > 0 {
				t.Fatalf("seed %d: a hand-over between equals changes %d records\n%v", seed, n, h.log)
			}
		}
	}
}
