package ted

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/schemas"
)

// aSpeaker is the one whose word on all routers counts.
const aSpeaker = "bgp:10.255.0.1"

// newConnectedPool returns a pool all routers of which are connected with each other in each area and level.
func newConnectedPool(rng *rand.Rand) *pool {
	p := newPool(rng)
	p.records = slices.DeleteFunc(p.records, isOfAnIsland)
	number := 3 * p.routers // of links
	for _, d := range p.domains {
		if d.isOutside() {
			continue
		}
		for r := range p.routers {
			next := (r + 1) % p.routers
			x, y := fmt.Sprintf("10.1.%d.1", number), fmt.Sprintf("10.1.%d.2", number)
			number++
			p.records = append(p.records, d.node(p.id(d, r)),
				d.link(p.id(d, r), p.id(d, next), ipv4(x, y), metric(3)), d.link(p.id(d, next), p.id(d, r), ipv4(y, x), metric(2)))
		}
	}
	return p
}

func (d domain) isOutside() bool {
	return d.area == "" && (d.protocol == ospfv2 || d.protocol == ospfv3)
}

// isOfAnIsland tells whether a record is of a router with an ASN of its own, leads from one area into another, or is in no area
// without being external.
func isOfAnIsland(r *schemas.RawTopology) bool {
	is := func(n *schemas.NodeDescriptor) bool { return n != nil && value(n.ASN) == 200 }
	d := domain{protocol: *r.ProtocolID, area: value(r.LocalNode.OSPFAreaID)}
	return is(r.LocalNode) || is(r.RemoteNode) || r.RemoteNode != nil && value(r.RemoteNode.OSPFAreaID) != d.area ||
		d.isOutside() && (r.Prefix == nil || value(r.Prefix.OSPFRouteType) < 3)
}

// TestOtherSpeakersChangeNothing: beside a speaker that tells of a whole network another one does not count that tells the same of
// some of its areas, or otherwise while it has lost its session or has not told its table yet.
func TestOtherSpeakersChangeNothing(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 8))
		p, table := newConnectedPool(rng), records{}
		for _, r := range p.records {
			if rng.IntN(3) == 0 && r.Kind != schemas.KindLink {
				r = p.otherwise(r)
			}
			table[keyOf(aSpeaker, r)] = r
		}
		of := func(state schemas.Peer, tells func(r *schemas.RawTopology) *schemas.RawTopology) answers {
			d, other := New(Options{JoinIGPs: seed%7 == 0}), []string{"bgp:10.0.0.77", "bgp:10.255.0.2", "bgp:fd00::2"}[rng.IntN(3)]
			d.Put("default|"+aSpeaker+"|peer", &schemas.RawTopology{Kind: schemas.KindPeer, Peer: &schemas.Peer{State: synced}})
			d.Put("default|"+other+"|peer", &schemas.RawTopology{Kind: schemas.KindPeer, Peer: &state})
			for _, key := range slices.Sorted(maps.Keys(table)) {
				d.Put(key, table[key])
				if r := tells(table[key]); r != nil {
					d.Put(keyOf(other, r), r)
				}
			}
			a := ask(d)
			a.Peers, a.Freshness, a.Findings = nil, Freshness{}, nil
			return a
		}
		want := of(schemas.Peer{State: synced}, func(*schemas.RawTopology) *schemas.RawTopology { return nil })
		areas := map[scope]bool{}
		wantEqual(t, fmt.Sprintf("seed %d, another tells of some areas", seed), want, of(schemas.Peer{State: synced}, func(r *schemas.RawTopology) *schemas.RawTopology {
			if _, known := areas[scopeOf(r)]; !known {
				areas[scopeOf(r)] = rng.IntN(3) > 0
			}
			if areas[scopeOf(r)] {
				return r
			}
			return nil
		}))
		for _, state := range []schemas.Peer{{State: stale}, {State: established, Partial: ptr(true)}} {
			wantEqual(t, fmt.Sprintf("seed %d, another is %s", seed, state.State), want, of(state, func(r *schemas.RawTopology) *schemas.RawTopology {
				if rng.IntN(2) == 0 {
					return p.otherwise(r)
				}
				return nil
			}))
		}
		if t.Failed() {
			return
		}
	}
}
