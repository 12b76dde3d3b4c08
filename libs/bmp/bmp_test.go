package bmp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/altostream/altostream/libs/bgp"
)

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func be16(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }

// message builds a message (RFC 7854 §4.1).
func message(typ uint8, parts ...[]byte) []byte {
	body := join(parts...)
	return join([]byte{Version}, binary.BigEndian.AppendUint32(nil, uint32(headerLen+len(body))), []byte{typ}, body)
}

// peerHeader builds a per-peer header of 192.0.2.9 or, with the V flag, 2001:db8::9, in
// AS 65009 (RFC 7854 §4.2).
func peerHeader(typ PeerType, flags uint8, distinguisher uint64) []byte {
	addr := join(make([]byte, 12), []byte{192, 0, 2, 9})
	if flags&flagIPv6 != 0 {
		addr = netip.MustParseAddr("2001:db8::9").AsSlice()
	}
	return join([]byte{byte(typ), flags}, binary.BigEndian.AppendUint64(nil, distinguisher), addr,
		[]byte{0, 0, 0xfd, 0xf1, 10, 0, 0, 9, 0, 0, 0, 7, 0, 0, 0, 5})
}

var global = peerHeader(GlobalPeer, 0, 0)

func bgpMessage(typ uint8, body []byte) []byte {
	return join(bytes.Repeat([]byte{0xff}, 16), be16(bgpHeaderLen+len(body)), []byte{typ}, body)
}

func tlv(typ int, value string) []byte { return join(be16(typ), be16(len(value)), []byte(value)) }

// openMessage builds an OPEN with capabilities (RFC 4271 §4.2, RFC 5492 §4).
func openMessage(capabilities ...byte) []byte {
	head := []byte{4, 0x5b, 0xa0, 0, 90, 10, 0, 0, 9, byte(2 + len(capabilities)), 2, byte(len(capabilities))}
	return bgpMessage(bgpOpen, join(head, capabilities))
}

// openExtended is the same with lengths of two bytes (RFC 9072 §2).
func openExtended(capabilities ...byte) []byte {
	head := join([]byte{4, 0x5b, 0xa0, 0, 90, 10, 0, 0, 9, 255, 255}, be16(3+len(capabilities)), []byte{2}, be16(len(capabilities)))
	return bgpMessage(bgpOpen, join(head, capabilities))
}

var linkState = []byte{
	1, 4, 0x40, 4, 0, 71, // BGP-LS
	65, 4, 0, 1, 0, 2, // AS 65538
	64, 6, 0x40, 120, 0x40, 4, 71, 0x80, // restart time 120 s
	71, 7, 0x40, 4, 71, 0, 0, 0x0e, 0x10, // long-lived stale time 3600 s
	69, 4, 0x40, 4, 71, 2, // path identifiers: sends
}

func read(t *testing.T, b []byte) Message {
	t.Helper()
	m, err := NewReader(bytes.NewReader(b)).Next()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var comparer = cmp.Options{
	cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) }),
	cmpopts.EquateComparable(netip.Addr{}), cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b bgp.Open) bool { return reflect.DeepEqual(a, b) }),
}

func TestMessages(t *testing.T) {
	nine := netip.MustParseAddr("192.0.2.9")
	peer := Peer{Address: nine, ASN: 65009, ID: netip.MustParseAddr("10.0.0.9"), Time: time.Unix(7, 5000)}
	update := []byte{0, 0, 0, 0}
	with := func(change func(*Peer)) Peer {
		p := peer
		change(&p)
		return p
	}
	for _, test := range []struct {
		name string
		text []byte
		want Message
	}{
		{"route monitoring", message(0, global, bgpMessage(2, update)), &RouteMonitoring{Peer: peer, Bodies: [][]byte{update}}},
		{"post-policy, AS numbers of two bytes", message(0, peerHeader(GlobalPeer, flagPostPolicy|flagAS2, 0), bgpMessage(2, update)),
			&RouteMonitoring{Peer: with(func(p *Peer) { p.PostPolicy, p.AS2 = true, true }), Bodies: [][]byte{update}}},
		{"Adj-RIB-Out of a VPN over IPv6", message(0, peerHeader(RDPeer, flagIPv6|flagAdjRIBOut, 100<<32|7), bgpMessage(2, update)),
			&RouteMonitoring{Peer: with(func(p *Peer) {
				p.Type, p.Distinguisher, p.AdjRIBOut, p.Address = RDPeer, 100<<32|7, true, netip.MustParseAddr("2001:db8::9")
			}), Bodies: [][]byte{update}}},
		{"Loc-RIB, filtered", message(0, peerHeader(LocRIB, flagFiltered, 0), bgpMessage(2, update)),
			&RouteMonitoring{Peer: with(func(p *Peer) { p.Type, p.Filtered, p.Address = LocRIB, true, netip.Addr{} }), Bodies: [][]byte{update}}},
		{"several UPDATEs", message(0, global, bgpMessage(2, update), bgpMessage(2, nil), bgpMessage(2, update)),
			&RouteMonitoring{Peer: peer, Bodies: [][]byte{update, {}, update}}},
		{"an UPDATE and the begin of another", message(0, global, bgpMessage(2, update), []byte{0xff}),
			&RouteMonitoring{Peer: peer, Bodies: [][]byte{update}, Rest: errors.New("after 1 UPDATEs: no room for the UPDATE: 1 bytes")}},
		{"peer up", message(3, global, make([]byte, 12), []byte{192, 0, 2, 1, 0, 179, 0x90, 0}, openMessage(), openMessage(1, 4, 0, 1, 0, 1), tlv(0, "hello"), tlv(3, "red"), tlv(99, "?")),
			&PeerUp{
				Peer: peer, LocalAddress: netip.MustParseAddr("192.0.2.1"), LocalPort: 179, RemotePort: 0x9000,
				Sent: open(t, openMessage()), Received: open(t, openMessage(1, 4, 0, 1, 0, 1)),
				Table: "red", Strings: []string{"hello"},
			}},
		{"peer down", message(2, global, []byte{3}, bgpMessage(3, join([]byte{6, 2, 5}, []byte("lunch")))),
			&PeerDown{Peer: peer, Reason: RemoteNotification, Notification: &bgp.Notification{Code: 6, Subcode: 2, Data: []byte("\x05lunch")}}},
		{"peer down by an event", message(2, global, []byte{2, 0, 24}), &PeerDown{Peer: peer, Reason: LocalNoNotification, FSMEvent: 24}},
		{"peer down without the NOTIFICATION", message(2, global, []byte{1}), &PeerDown{Peer: peer, Reason: LocalNotification}},
		{"peer down with a malformed NOTIFICATION", message(2, global, []byte{1, 2, 3}), &PeerDown{Peer: peer, Reason: LocalNotification}},
		{"Loc-RIB down", message(2, global, []byte{6}, tlv(3, "red")), &PeerDown{Peer: peer, Reason: LocalTLV}},
		{"statistics", message(1, global, []byte{0, 0, 0, 4},
			tlv(0, "\x00\x00\x00\x07"), tlv(7, "\x00\x00\x00\x00\x00\x00\x00\x08"), tlv(9, "\x40\x04\x47\x00\x00\x00\x00\x00\x00\x00\x09"), tlv(99, "odd")),
			&StatisticsReport{peer, []Statistic{{Value: 7}, {Type: 7, Value: 8}, {Type: 9, AFI: 16388, SAFI: 71, Value: 9}}}},
		{"initiation", message(4, tlv(2, "edge1"), tlv(1, "FRRouting 10.7"), tlv(0, "hi"), tlv(77, "?")), &Initiation{"edge1", "FRRouting 10.7", []string{"hi"}}},
		{"empty initiation", message(4), &Initiation{}},
		{"termination", message(5, tlv(1, "\x00\x02"), tlv(0, "bye")), &Termination{2, []string{"bye"}}},
		{"termination without a reason", message(5), &Termination{Reason: noTerminationReason}},
		{"mirroring", message(6, global, tlv(1, "\x00\x01"), tlv(0, "any")), &RouteMirroring{Peer: peer, Messages: [][]byte{[]byte("any")}, Lost: true}},
		{"unknown type", message(200, []byte{1}), &Unknown{200}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, read(t, test.text), comparer); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLongUpdate reads an extended message of the greatest length (RFC 8654 §4).
func TestLongUpdate(t *testing.T) {
	body := bytes.Repeat([]byte{7}, 65535-bgpHeaderLen)
	m := read(t, message(0, global, bgpMessage(2, body))).(*RouteMonitoring)
	if !bytes.Equal(m.Bodies[0], body) {
		t.Errorf("body has %d bytes", len(m.Bodies[0]))
	}
}

// open is what libs/bgp reads in an OPEN message.
func open(t *testing.T, message []byte) bgp.Open {
	t.Helper()
	o, err := bgp.ParseOpen(message[bgpHeaderLen:])
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOpen(t *testing.T) {
	for name, build := range map[string]func(...byte) []byte{"": openMessage, "extended": openExtended} {
		t.Run(name, func(t *testing.T) {
			o := read(t, message(3, global, make([]byte, 20), openMessage(), build(linkState...))).(*PeerUp).Received
			receives, sends := o.AddPath(bgp.LinkState)
			if o.ASN != 65538 || !o.Offers(bgp.LinkState) || o.Offers(bgp.Family{AFI: 1, SAFI: 1}) || receives || !sends {
				t.Errorf("OPEN = %+v", o)
			}
			if got := o.RestartTime(bgp.LinkState); got != 3720*time.Second {
				t.Errorf("restart time = %v", got)
			}
			if got := o.RestartTime(bgp.Family{AFI: 1, SAFI: 1}); got != 0 {
				t.Errorf("restart time of another family = %v", got)
			}
		})
	}
}

func TestStream(t *testing.T) {
	text := join(message(4, tlv(2, "a")), message(99), message(0, global, bgpMessage(2, nil)))
	r := NewReader(iotest.OneByteReader(bytes.NewReader(text)))
	for i, want := range []Message{&Initiation{}, &Unknown{}, &RouteMonitoring{}} {
		m, err := r.Next()
		if err != nil || cmp.Diff(want, m, cmpopts.IgnoreTypes(Peer{}), cmpopts.IgnoreFields(Initiation{}, "SystemName"),
			cmpopts.IgnoreFields(Unknown{}, "Type"), cmpopts.IgnoreFields(RouteMonitoring{}, "Bodies")) != "" {
			t.Errorf("message %d = %T %v", i, m, err)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("end = %v, want EOF", err)
	}
}

func TestMalformed(t *testing.T) {
	good := message(0, global, bgpMessage(2, nil))
	for _, test := range []struct {
		name, want string
		text       []byte
		skippable  bool
	}{
		{"version", "version 4; only version 3", join([]byte{4}, good[1:]), false},
		{"another protocol", "version 71; only", []byte("GET / HTTP/1.0\r\n\r\n"), false},
		{"one byte of another protocol", "version 71; only", []byte("G"), false},
		{"short length", "length 5 is not within", []byte{3, 0, 0, 0, 5, 0}, false},
		{"long length", "length 4294967295 is not within", []byte{3, 0xff, 0xff, 0xff, 0xff, 0}, false},
		{"cut header", "header cut after 3", good[:3], false},
		{"cut at the body", "cut after 6 of 67 bytes: unexpected EOF", good[:6], false},
		{"cut body", "cut after 60 of 67 bytes", good[:60], false},
		{"no peer", "no room for the per-peer header", message(0, []byte{1}), true},
		{"peer type", "unknown peer type 9", message(0, peerHeader(9, 0, 0), bgpMessage(2, nil)), true},
		{"no UPDATE", "no room for the UPDATE", message(0, global), true},
		{"no OPEN", "no room for the OPEN sent", message(3, global, make([]byte, 20)), true},
		{"OPEN length", "the OPEN sent says 65535 bytes and has 19", message(3, global, make([]byte, 20), bytes.Repeat([]byte{0xff}, 19)), true},
		{"OPEN cut", "the OPEN received: OPEN of 1 octets", message(3, global, make([]byte, 20), openMessage(), bgpMessage(1, []byte{4})), true},
		{"OPEN parameters", "the OPEN received: the optional parameters do not fit", message(3, global, make([]byte, 20), openMessage(), bgpMessage(1, []byte{4, 0, 1, 0, 90, 1, 1, 1, 1, 9, 2, 9})), true},
		{"OPEN capability", "the OPEN sent: a capability is cut short", message(3, global, make([]byte, 20), openMessage(1, 4), openMessage()), true},
		{"no addresses", "no room for addresses and ports", message(3, global), true},
		{"not an UPDATE", "the UPDATE is a BGP message of type 4", message(0, global, bgpMessage(4, nil)), true},
		{"UPDATE of a length that cannot be", "the UPDATE says 18 bytes and has 23", message(0, global, bytes.Repeat([]byte{0xff}, 16), []byte{0, 18, 2, 0, 0, 0, 0}), true},
		{"UPDATE longer than the message", "the UPDATE says 65535 bytes and has 23", message(0, global, bytes.Repeat([]byte{0xff}, 16), []byte{0xff, 0xff, 2, 0, 0, 0, 0}), true},
		{"no reason", "no room for the reason", message(2, global), true},
		{"no statistics", "no room for the number", message(1, global), true},
		{"TLV head", "no room for type and length", message(4, []byte{0}), true},
		{"TLV cut", "no room for TLV 2: 3 of 9", message(4, []byte{0, 2, 0, 9, 1, 2, 3}), true},
		{"termination reason", "TLV 1: wrong length", message(5, tlv(1, "x")), true},
		{"mirroring code", "TLV 1: wrong length", message(6, global, tlv(1, "x")), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := join(good, test.text)
			if test.skippable {
				text = join(text, good)
			}
			r := NewReader(bytes.NewReader(text))
			if _, err := r.Next(); err != nil {
				t.Fatalf("good message before: %v", err)
			}
			_, err := r.Next()
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) || e.Offset != int64(len(good)) {
				t.Fatalf("error = %v, want %q at byte %d", err, test.want, len(good))
			}
			if Skippable(err) != test.skippable {
				t.Errorf("Skippable = %v", Skippable(err))
			}
			if test.skippable {
				if _, err := r.Next(); err != nil {
					t.Errorf("good message after: %v", err)
				}
			}
		})
	}
}

// TestReadError is told with its cause.
func TestReadError(t *testing.T) {
	failure := errors.New("connection reset")
	good := message(0, global, bgpMessage(2, nil))
	for _, text := range [][]byte{nil, good[:3], good[:20]} {
		_, err := NewReader(io.MultiReader(bytes.NewReader(text), iotest.ErrReader(failure))).Next()
		if !errors.Is(err, failure) || Skippable(err) {
			t.Errorf("after %d bytes: %v", len(text), err)
		}
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		Distinguisher(100<<32 | 7).String():                   "100:7",
		Distinguisher(1<<48 | 0xc0000201<<16 | 7).String():    "192.0.2.1:7",
		Distinguisher(2<<48 | 100<<16 | 7).String():           "0.100:7",
		Distinguisher(0xffff << 48).String():                  "0xffff000000000000",
		(&PeerDown{Reason: RemoteNoNotification}).String():    "peer closed the session",
		(&PeerDown{Reason: 0}).String():                       "reason 0",
		(&PeerDown{Reason: 77}).String():                      "reason 77",
		(&PeerDown{Reason: 2, FSMEvent: 24}).String():         "router closed the session (FSM event 24)",
		(&PeerDown{Reason: 3, Notification: note()}).String(): `peer sent NOTIFICATION: Cease / Administrative Shutdown: "lunch"`,
		TerminationReason(3).String():                         "redundant connection",
		TerminationReason(9).String():                         "reason 9",
		noTerminationReason.String():                          "no reason told",
		Statistic{Type: 9}.Name():                             "family-adj-rib-in-routes",
		Statistic{Type: 400}.Name():                           "type-400",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func note() *bgp.Notification {
	return &bgp.Notification{Code: 6, Subcode: 2, Data: []byte("\x05lunch")}
}

func FuzzReader(f *testing.F) {
	f.Add(message(0, global, bgpMessage(2, []byte{0, 0, 0, 0})))
	f.Add(message(0, peerHeader(LocRIB, flagFiltered, 7), bgpMessage(2, nil)))
	f.Add(message(0, global, bgpMessage(2, nil), bgpMessage(2, nil), []byte{0xff}))
	f.Add(message(1, global, []byte{0, 0, 0, 1}, tlv(9, "\x40\x04\x47\x00\x00\x00\x00\x00\x00\x00\x09")))
	f.Add(message(2, global, []byte{3}, bgpMessage(3, join([]byte{6, 2, 5}, []byte("lunch")))))
	f.Add(message(3, global, make([]byte, 20), openMessage(linkState...), openExtended(linkState...), tlv(3, "red")))
	f.Add(join(message(4, tlv(2, "edge1")), message(5, tlv(1, "\x00\x02"))))
	f.Add(message(6, global, tlv(1, "\x00\x01"), tlv(0, "any")))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewReader(bytes.NewReader(b))
		for range len(b)/headerLen + 1 {
			m, err := r.Next()
			if err != nil && !Skippable(err) {
				return
			}
			switch m := m.(type) {
			case *PeerUp:
				m.Received.RestartTime(bgp.LinkState)
				m.Received.AddPath(bgp.LinkState)
				m.Sent.Offers(bgp.LinkState)
			case *PeerDown:
				_ = m.String()
			}
		}
		t.Fatal("more messages than bytes")
	})
}
