package bgpingest

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
	gobmp "github.com/osrg/gobgp/v3/pkg/packet/bmp"

	"github.com/altostream/altostream/libs/bgpls"
)

func initiationOf(name string) *gobmp.BMPMessage {
	return gobmp.NewBMPInitiation([]gobmp.BMPInfoTLVInterface{gobmp.NewBMPInfoTLVString(gobmp.BMP_INIT_TLV_TYPE_SYS_NAME, name)})
}

// TestBMPRoutersBehindOneAddress has two routers come from one address: each keeps its
// connection, and the second one is its sysName.
func TestBMPRoutersBehindOneAddress(t *testing.T) {
	s := startStation(t, "", 16)
	one, two := s.connect("127.0.0.51"), s.connect("127.0.0.51")
	one.say(initiationOf("r1"), upWithLinkState(pre), tellNode(pre, 1))
	const first, second = "bmp:127.0.0.51/" + nine, "bmp:r2%2Fa/" + nine
	s.want(Up{Source: first, ASN: 65009, RestartTime: 120 * time.Second}, reach(first, 1))
	two.say(initiationOf("r2/a"), upWithLinkState(pre), tellNode(pre, 2))
	s.want(Up{Source: second, ASN: 65009, RestartTime: 120 * time.Second}, reach(second, 2))
	one.say(tellNode(pre, 3))
	s.want(reach(first, 3))

	again := s.connect("127.0.0.51")
	again.say(initiationOf("r2/a"), upWithLinkState(pre), tellNode(pre, 4))
	s.want(Down{Source: second}, Up{Source: second, ASN: 65009, RestartTime: 120 * time.Second}, reach(second, 4))
	one.conn.Close()
	s.want(Down{Source: first})
	back := s.connect("127.0.0.51")
	back.say(initiationOf("r1"), upWithLinkState(pre), tellNode(pre, 5))
	s.want(Up{Source: "bmp:r1/" + nine, ASN: 65009, RestartTime: 120 * time.Second}, reach("bmp:r1/"+nine, 5))
}

// TestBMPNames names routers after their sysNames, whoever connects first.
func TestBMPNames(t *testing.T) {
	for _, order := range [][]string{{"r1", "r2"}, {"r2", "r1"}} {
		s := startStationWith(t, Config{BMPNames: bmpNamesSystem}, 16)
		for i, name := range order {
			s.connect("127.0.0.51").say(initiationOf(name), upWithLinkState(pre), tellNode(pre, byte(i+1)))
			source := "bmp:" + name + "/" + nine
			s.want(Up{Source: source, ASN: 65009, RestartTime: 120 * time.Second}, reach(source, byte(i+1)))
		}
	}
}

// TestBMPProxy takes the address of a router from the PROXY protocol.
func TestBMPProxy(t *testing.T) {
	v2 := append([]byte("\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c"), 192, 0, 2, 51, 192, 0, 2, 1, 0x9c, 0x40, 0x2b, 0x0b)
	for name, head := range map[string][]byte{"version 1": []byte("PROXY TCP4 192.0.2.51 192.0.2.1 40000 11019\r\n"), "version 2": v2} {
		t.Run(name, func(t *testing.T) {
			s := startStationWith(t, Config{BMPProxy: true, BMPRouters: Routers{netip.MustParsePrefix("192.0.2.0/24")}}, 16)
			silent, plain := s.connect("127.0.0.51"), s.connect("127.0.0.51")
			defer silent.conn.Close() // one that says nothing holds up nobody
			r := s.connect("127.0.0.51")
			r.write(head)
			r.say(initiation(), upWithLinkState(pre), tellNode(pre, 1))
			const source = "bmp:192.0.2.51/" + nine
			s.want(Up{Source: source, ASN: 65009, RestartTime: 120 * time.Second}, reach(source, 1))

			plain.say(initiation()) // without a header
			_ = plain.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			if _, err := plain.conn.Read(make([]byte, 1)); err == nil {
				t.Error("a connection without a header is answered")
			} else if ne, ok := err.(net.Error); ok && ne.Timeout() {
				t.Error("a connection without a header stays")
			}
			stranger := s.connect("127.0.0.51")
			stranger.write([]byte("PROXY TCP4 198.51.100.1 192.0.2.1 40000 11019\r\n"))
			_ = stranger.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			if _, err := stranger.conn.Read(make([]byte, 1)); err == nil {
				t.Error("a router that is not in BMP_ROUTERS is answered")
			}
			s.quiet()
		})
	}
}

// addPathUp says that a peer is up; modes are those of path identifiers in BGP-LS: 1
// takes them, 2 sends them.
func addPathUp(h *gobmp.BMPPeerHeader, sent, received bgp.BGPAddPathMode) *gobmp.BMPMessage {
	open := func(mode bgp.BGPAddPathMode) *bgp.BGPMessage {
		return openWith(bgp.NewCapMultiProtocol(bgp.RF_LS), bgp.NewCapAddPath([]*bgp.CapAddPathTuple{bgp.NewCapAddPathTuple(bgp.RF_LS, mode)}))
	}
	return gobmp.NewBMPPeerUpNotification(*h, "192.0.2.1", 179, 40000, open(sent), open(received))
}

// withPathIDs is an UPDATE of nodes, with or without path identifiers, that reaches or
// withdraws them.
func withPathIDs(typ byte, paths map[byte]uint32) []byte {
	value := []byte{0x40, 0x04, bgpls.SAFI}
	if typ == bgpls.AttributeMPReach {
		value = append(value, 0, 0)
	}
	for _, id := range slices.Sorted(func(yield func(byte) bool) {
		for id := range paths {
			if !yield(id) {
				return
			}
		}
	}) {
		n := nodeNLRI(id)
		value = n.Append(binary.BigEndian.AppendUint32(value, paths[id]))
	}
	head := append(binary.BigEndian.AppendUint16([]byte{0, 0}, uint16(4+len(value))), 0x90, typ)
	return append(binary.BigEndian.AppendUint16(head, uint16(len(value))), value...)
}

// TestBMPPathIDs takes NLRIs with path identifiers where the OPENs say so, and where the
// octets do (GoBGP writes them in its Loc-RIB unasked).
func TestBMPPathIDs(t *testing.T) {
	locRIB, out := header(3, 0, 0, ""), header(0, 0x10, 0, nine)
	for _, test := range []struct {
		name   string
		header *gobmp.BMPPeerHeader
		up     *gobmp.BMPMessage
		source string
	}{
		{"offered", pre, addPathUp(pre, bgp.BGP_ADD_PATH_RECEIVE, bgp.BGP_ADD_PATH_SEND), "bmp:127.0.0.51/" + nine},
		{"offered the other way, Adj-RIB-Out", out, addPathUp(out, bgp.BGP_ADD_PATH_SEND, bgp.BGP_ADD_PATH_RECEIVE), "bmp:127.0.0.51/" + nine + "@out"},
		{"Loc-RIB", locRIB, addPathUp(locRIB, bgp.BGP_ADD_PATH_SEND, bgp.BGP_ADD_PATH_SEND), "bmp:127.0.0.51/loc-rib"},
		{"Loc-RIB, unasked and without Peer Up", locRIB, nil, "bmp:127.0.0.51/loc-rib"},
		{"unasked", pre, upWithLinkState(pre), "bmp:127.0.0.51/" + nine},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := startStation(t, "", 16)
			r := s.connect("127.0.0.51")
			r.say(initiation())
			if test.up != nil {
				r.say(test.up)
			}
			r.say(routesOf(test.header, withPathIDs(bgpls.AttributeMPReach, map[byte]uint32{1: 1, 2: 1})))
			up, _ := next(t, s.events).(Up)
			if up.Source != test.source {
				t.Errorf("source %s, want %s", up.Source, test.source)
			}
			r.say(routesOf(test.header, withPathIDs(bgpls.AttributeMPReach, map[byte]uint32{1: 2})))
			r.say(routesOf(test.header, withPathIDs(bgpls.AttributeMPUnreach, map[byte]uint32{1: 1, 2: 1})))
			tb := newTable(t).apply(up)
			for range 3 {
				tb.apply(next(t, s.events))
			}
			if got := tb.state(test.source); got != "partial established [1]" { // its other path is left
				t.Errorf("table: %s", got)
			}
			r.say(routesOf(test.header, withPathIDs(bgpls.AttributeMPUnreach, map[byte]uint32{1: 2})))
			if got := tb.apply(next(t, s.events)).state(test.source); got != "partial established []" {
				t.Errorf("table when the last path is withdrawn: %s", got)
			}
			r.say(end(test.header))
			if got := tb.apply(next(t, s.events)).state(test.source); got != "synced []" {
				t.Errorf("table at its end: %s", got)
			}
			if got := s.counter("bgp_bad_input", test.source); got != 0 {
				t.Errorf("%v parts could not be decoded", got)
			}
		})
	}
}

// TestBMPSeveralUpdates takes all UPDATEs of one message, and tells of what follows them.
func TestBMPSeveralUpdates(t *testing.T) {
	s := startStation(t, "", 16)
	r := s.connect("127.0.0.51")
	m := tellNode(pre, 1)
	body := m.Body.(*gobmp.BMPRouteMonitoring)
	two := tellNode(pre, 2).Body.(*gobmp.BMPRouteMonitoring).BGPUpdatePayload
	body.BGPUpdatePayload = slices.Concat(body.BGPUpdatePayload, two, []byte{0xff, 0xff})
	r.say(initiation(), m, tellNode(pre, 3))
	const source = "bmp:127.0.0.51/" + nine
	s.want(Up{Source: source, ASN: 65009}, reach(source, 1), reach(source, 2), reach(source, 3))
	if got := s.counter("bgp_bad_input", source); got != 1 {
		t.Errorf("%v parts put aside, want what follows the UPDATEs", fmt.Sprint(got))
	}
}
