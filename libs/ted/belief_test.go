package ted

import (
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

const (
	synced      = schemas.PeerSynced
	established = schemas.PeerEstablished
	stale       = schemas.PeerStale
	idle        = schemas.PeerIdle
)

// TestWhichSpeakersCount asks whether the second speaker's router 2 is there, which
// the first does not tell of.
func TestWhichSpeakersCount(t *testing.T) {
	inArea1, otherInstance := backbone.inArea("0.0.0.1"), backbone
	otherInstance.identifier = 7
	connected := all(backbone.node(o2), backbone.pair(o1, o2, 1)) // with the router that the first tells of
	tests := []struct {
		name          string
		first, second told
		want          bool
	}{
		{"both synced", tells("a", synced, backbone.node(o1)), tells("b", synced, connected...), true},
		{"second established, scope covered", tells("a", synced, backbone.node(o1)), tells("b", established, connected...), false},
		{"second established, scope not covered", tells("a", established, backbone.node(o1)), tells("b", established, connected...), true},
		{"second without peer record", tells("a", synced, backbone.node(o1)), tells("b", "", connected...), true},
		{"second partial, first has told its table", tells("a", synced, inArea1.node(o1)), tells("b", "partial "+established, connected...), false},
		{"second lost before its table was told", tells("a", synced, inArea1.node(o1)), tells("b", "partial "+stale, connected...), false},
		{"second partial, first stale", tells("a", stale, inArea1.node(o1)), tells("b", "partial "+established, connected...), false},
		{"second partial, first without peer record", tells("a", "", inArea1.node(o1)), tells("b", "partial "+established, connected...), false},
		{"second partial, first too", tells("a", "partial "+established, backbone.node(o1)), tells("b", "partial "+established, connected...), true},
		{"second partial, first tells nothing", tells("a", synced), tells("b", "partial "+established, connected...), true},
		{"second stale, scope covered", tells("a", synced, backbone.node(o1)), tells("b", stale, connected...), false},
		{"second idle, scope covered", tells("a", synced, backbone.node(o1)), tells("b", idle, connected...), false},
		{"second in an unknown state, scope covered", tells("a", synced, backbone.node(o1)), tells("b", "x", connected...), false},
		{"second stale, first established only", tells("a", established, backbone.node(o1)), tells("b", stale, connected...), true},
		{"second stale, first without peer record", tells("a", "", backbone.node(o1)), tells("b", stale, connected...), true},
		{"second stale, first stale too", tells("a", stale, backbone.node(o1)), tells("b", stale, connected...), true},
		{"second stale, first tells nothing", tells("a", synced), tells("b", stale, connected...), true},
		{"second stale, another area", tells("a", synced, inArea1.node(o1)), tells("b", stale, connected...), true},
		{"second stale, another instance", tells("a", synced, otherInstance.node(o1)), tells("b", stale, connected...), true},
		{"second stale, another protocol", tells("a", synced, level1.node(s1)), tells("b", stale, connected...), true},
		{"second stale, a part of its own", tells("a", synced, backbone.node(o1)), tells("b", stale, backbone.pair(o2, o3, 1)...), true},
		{"second stale, covered by a prefix", tells("a", synced, backbone.prefix(o1, "10.0.0.0/8")), tells("b", stale, connected...), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := load(tt.first, tt.second).NetworkMap(All)[p2]; got != tt.want {
				t.Errorf("router 2 is there: %v, want %v", got, tt.want)
			}
		})
	}
}

// TestWhichReportOfAnObjectCounts: several speakers tell different metrics of the
// link from router 1 to router 2.
func TestWhichReportOfAnObjectCounts(t *testing.T) {
	link := func(m uint32, options ...option) []*schemas.RawTopology {
		return all(backbone.link(o1, o2, append(options, metric(m))...), backbone.link(o2, o1, metric(1)))
	}
	tests := []struct {
		name  string
		steps []told
		want  float64
	}{
		{"lowest source name", []told{tells("b", synced, link(2)...), tells("a", synced, link(1)...), tells("c", synced, link(3)...)}, 1},
		{"arriving before stale", []told{tells("a", stale, link(1)...), tells("b", established, link(2)...)}, 2},
		{"attributes before lost ones", []told{tells("a", synced, link(1, lost)...), tells("b", synced, link(2)...)}, 2},
		{"attributes of a stale speaker before lost ones", []told{tells("a", established, link(1, lost)...), tells("b", stale, link(2)...)}, 2},
		{"not a stale speaker's where the scope is covered", []told{tells("a", synced, link(1, lost)...), tells("b", stale, link(2)...)}, 1},
		{"lost everywhere: the last that is known", []told{tells("a", stale, link(1, lost)...), tells("b", established, link(2, lost)...)}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := alto.CostMapOf(load(tt.steps...).Graph().Costs(RoutingIGP))
			if got[p1][p2] != tt.want {
				t.Errorf("got cost %v, want %v", got[p1][p2], tt.want)
			}
		})
	}
}

// Router 3 was on a LAN with the others, and its speaker keeps what these told last.
func TestWordOfALANThatIsLost(t *testing.T) {
	const lan1, lan3 = o1 + "0a000001", o3 + "0a000003"
	const old = "192.0.2.0/24"
	now := all(backbone.link(o1, lan1, metric(1)), backbone.link(o2, lan1, metric(1)), backbone.link(lan1, o1, metric(0)), backbone.link(lan1, o2, metric(0)))
	for name, links := range map[string][]*schemas.RawTopology{
		"links to a pseudonode that is gone": all(backbone.link(o1, lan3, metric(1)), backbone.link(o2, lan3, metric(1))),
		"no links":                           nil,
	} {
		before := all(links, backbone.node(o3), backbone.prefix(o2, old))
		m := load(tells("a", synced, now...), tells("b", synced, before...)).NetworkMap(Unique)
		if len(m[p2].IPv4) > 0 {
			t.Errorf("%s: router 2 has %s, which it tells no more", name, old)
		}
	}
}

// Router 2 told an external prefix as of type 1, which a speaker that was cut off remembers, and tells it as of type 2 now.
func TestWordOnWhatIsOutside(t *testing.T) {
	outside := backbone.inArea("")
	external := func(id string, kind uint8) *schemas.RawTopology {
		return outside.prefix(id, prefix, routeType(kind), prefixMetric(9))
	}
	network := all(backbone.pair(o1, o2, 1), backbone.pair(o1, o5, 1))
	now := all(network, external(o2, 4), outside.prefix(o1, prefix, routeType(4), prefixMetric(5)))
	before := all(network[0], backbone.link(o3, o4, metric(1)), backbone.link(o4, o3, metric(1)), backbone.node(o1), backbone.link(o2, o4, metric(1)), external(o2, 3))
	wantOwner := func(m pids) {
		t.Helper()
		if len(m[p1].IPv4) == 0 || m[p1].IPv4[0] != prefix {
			t.Errorf("router 1 does not have %s: %v", prefix, m)
		}
	}
	wantOwner(load(tells("a", synced, now...), tells("b", synced, before...)).NetworkMap(Unique))
	wantOwner(load(tells("b", synced, before...), tells("a", synced, now...)).NetworkMap(Unique))
	area1 := backbone.inArea("0.0.0.1") // all that the other speaker knows
	wantOwner(load(tells("a", synced, all(network, external(o1, 4))...), tells("b", synced, area1.node(o3), external(o2, 3))).NetworkMap(Unique))
}

func TestWithdrawnLinkDoesNotLiveOnInAStaleSpeaker(t *testing.T) {
	links := all(backbone.pair(o1, o2, 1), backbone.pair(o2, o3, 1))
	lost := tells("b", stale, links...)
	live := tells("a", synced, links[2:]...)
	want := costs{p2: {p2: 0, p3: 1}, p3: {p2: 1, p3: 0}} // nor does router 1, of which the link alone is told
	wantEqual(t, "costs", want, load(live, lost).Graph().Costs(RoutingIGP))
}

// Of IS-IS level 1 the scope is a node, under both of its names.
func TestScopeOfARouterWithPseudonodeNumberZero(t *testing.T) {
	links := all(level1.pair(s1, s2, 1), level1.pair(s2, s3, 1))
	lost := tells("b", stale, links...)
	live := tells("a", synced, all(level1.pair(s2+"00", s3+"00", 1), level1.node(s1+"00"))...)
	want := costs{q1: {q1: 0}, q2: {q2: 0, q3: 1}, q3: {q2: 1, q3: 0}}
	wantEqual(t, "costs", want, load(live, lost).Graph().Costs(RoutingIGP))
}

func TestAreaOfAStaleSpeakerSurvives(t *testing.T) {
	area2 := backbone.inArea("0.0.0.2")
	live := tells("a", synced, backbone.pair(o1, o2, 1)...)
	lost := tells("b", stale, all(backbone.pair(o1, o3, 1), area2.pair(o2, o4, 1))...)
	want := costs{
		p1: {p1: 0, p2: 1, p4: 2},
		p2: {p1: 1, p2: 0, p4: 1},
		p4: {p1: 2, p2: 1, p4: 0},
	}
	wantEqual(t, "costs", want, load(live, lost).Graph().Costs(RoutingIGP))
}

// TestAnAddressThatIsPassedOnIsNoneOfTheNode: speaker a is router 1, which is cut off in area 1 from routers 2 and 4 and remembers
// what it heard of them. Router 2 passes on its address there from area 0.
func TestAnAddressThatIsPassedOnIsNoneOfTheNode(t *testing.T) {
	const a, b, address = "bgp:192.0.2.1", "bgp:192.0.2.2", "192.0.2.1/32"
	ids := func(address string) option {
		return func(r *schemas.RawTopology) { r.Attributes.LocalIPv4RouterIDs = []string{address} }
	}
	readvertised := prefixFlags(isisReadvertised)
	for name, tt := range map[string]struct {
		in              domain
		one, two, three string
		passed          *schemas.RawTopology
	}{
		"OSPF":                         {backbone.inArea("0.0.0.1"), o1, o2, o4, backbone.inArea("0.0.0.1").prefix(o2, address, routeType(2))},
		"IS-IS, leaked":                {level1, s1, s2, s3, level1.prefix(s2, address, igpFlags(upDownBit))},
		"IS-IS, readvertised":          {level2, s1, s2, s3, level2.prefix(s2, address, readvertised)},
		"IS-IS, as if it were its own": {level2, s1, s2, s3, level2.prefix(s2, address)},
	} {
		from, to := tt.in.link(tt.two, tt.three, metric(7)), tt.in.link(tt.three, tt.two, metric(7))
		d := load(
			tells(a, synced, all(tt.in.node(tt.one, ids("192.0.2.1")), tt.in.node(tt.two, ids("192.0.2.2")), tt.in.pair(tt.two, tt.three, 1), tt.passed)...),
			tells(b, synced, tt.in.node(tt.two, ids("192.0.2.2")), from, to, tt.passed))
		wantEqual(t, name, 7.0, alto.CostMapOf(d.Graph().Costs(RoutingIGP))["pid100:"+tt.two]["pid100:"+tt.three])
	}
}
