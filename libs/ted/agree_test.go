package ted

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
	"github.com/altostream/altostream/schemas"
)

// aSpeaker is the one whose word on all routers counts.
const aSpeaker = "bgp:10.255.0.1"

// newConnectedPool returns a pool all routers of which are connected with each other in each area and level.
func newConnectedPool(rng *rand.Rand) *pool {
	p := newPool(rng)
	random := slices.DeleteFunc(p.records, isOfAnIsland)
	p.records = nil
	number := 3 * p.routers // of links
	for _, d := range p.domains {
		if d.isOutside() {
			continue
		}
		for r := range p.routers {
			next := (r + 1) % p.routers
			x, y := fmt.Sprintf("10.1.%d.1", number), fmt.Sprintf("10.1.%d.2", number)
			number++
			node := d.node(p.id(d, r))
			node.Attributes.LocalIPv4RouterIDs = []string{p.loopback(r)}
			p.records = append(p.records, node,
				d.link(p.id(d, r), p.id(d, next), ipv4(x, y), metric(3)), d.link(p.id(d, next), p.id(d, r), ipv4(y, x), metric(2)))
		}
	}
	p.records = append(p.records, random...)
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
	for seed := range seeds.Of(60) {
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

// TestEachPartOfACutNetworkIsAsItsOwnSpeakerTells: the links between two parts are gone, and a speaker in each of them remembers
// what the routers of the other one told before.
func TestEachPartOfACutNetworkIsAsItsOwnSpeakerTells(t *testing.T) {
	for seed := range seeds.Of(60) {
		rng := rand.New(rand.NewPCG(seed, 9))
		p := newConnectedPool(rng)
		first := 1 + rng.IntN(p.routers-1) // of the second part
		part := func(n *schemas.NodeDescriptor) int {
			var id int
			_, _ = fmt.Sscanf(*n.IGPRouterID, "%x", &id)
			return b2i(id > first)
		}
		speakers := [2]string{"bgp:" + p.loopback(0), "bgp:" + p.loopback(p.routers-1)}
		if seed%3 == 0 { // their own nodes are not known
			speakers = [2]string{"bgp:192.0.2.1", "bgp:192.0.2.2"}
		}
		want, got := New(Options{}), New(Options{})
		for _, d := range []*Database{want, got} {
			for _, s := range speakers {
				d.Put("default|"+s+"|peer", &schemas.RawTopology{Kind: schemas.KindPeer, Peer: &schemas.Peer{State: synced}})
			}
		}
		told := map[string]bool{}
		for _, r := range p.records {
			if key := keyOf(aSpeaker, r); told[key] || isOfALAN(r) {
				continue
			} else {
				told[key] = true
			}
			here := part(r.LocalNode)
			got.Put(keyOf(speakers[1-here], r), p.otherwise(r))
			if r.RemoteNode == nil || part(r.RemoteNode) == here {
				want.Put(keyOf(aSpeaker, r), r)
				got.Put(keyOf(speakers[here], r), r)
			}
		}
		a, b := ask(want), ask(got)
		for _, answers := range []*answers{&a, &b} {
			answers.Peers, answers.Freshness, answers.Findings = nil, Freshness{}, nil
		}
		if wantEqual(t, fmt.Sprintf("seed %d", seed), a, b); t.Failed() {
			return
		}
	}
}

func isOfALAN(r *schemas.RawTopology) bool {
	is := func(n *schemas.NodeDescriptor) bool {
		return n != nil && len(*n.IGPRouterID) > 12-4*b2i(*r.ProtocolID > isisLevel2)
	}
	return is(r.LocalNode) || is(r.RemoteNode)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
