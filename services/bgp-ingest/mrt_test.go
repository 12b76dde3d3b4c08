package bgpingest

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
	gobmrt "github.com/osrg/gobgp/v3/pkg/packet/mrt"

	"github.com/altostream/altostream/libs/bgpls"
)

// tableDump writes, compressed, what two peers tell of three nodes each, as GoBGP dumps
// its table.
func tableDump(t *testing.T, addPath bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rib.mrt.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := gzip.NewWriter(f)
	defer w.Close()
	write := func(subtype gobmrt.MRTSubTyper, body gobmrt.Body) {
		m, err := gobmrt.NewMRTMessage(7, gobmrt.TABLE_DUMPv2, subtype, body)
		if err != nil {
			t.Fatal(err)
		}
		b, err := m.Serialize()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	peers := []*gobmrt.Peer{gobmrt.NewPeer("10.0.0.9", "192.0.2.9", 65009, true), gobmrt.NewPeer("10.0.0.8", "2001:db8::8", 65008, true)}
	write(gobmrt.PEER_INDEX_TABLE, gobmrt.NewPeerIndexTable("10.0.0.1", "", peers))
	for _, n := range nodes(1, 2, 3) {
		prefix, err := bgp.NewPrefixFromRouteFamily(bgpls.AFI, bgpls.SAFI)
		if err != nil {
			t.Fatal(err)
		}
		if err := prefix.DecodeFromBytes(n.Append(nil)); err != nil {
			t.Fatal(err)
		}
		attributes := []bgp.PathAttributeInterface{
			bgp.NewPathAttributeOrigin(0), bgp.NewPathAttributeMpReachNLRI("192.0.2.7", []bgp.AddrPrefixInterface{prefix}),
		}
		var entries []*gobmrt.RibEntry
		for i := range peers {
			entries = append(entries, gobmrt.NewRibEntry(uint16(i), 5, 1, attributes, addPath))
		}
		subtype := gobmrt.RIB_GENERIC
		if addPath {
			subtype = gobmrt.RIB_GENERIC_ADDPATH
		}
		write(subtype, gobmrt.NewRib(1, prefix, entries))
	}
	return path
}

func TestMRTTableDump(t *testing.T) {
	for name, addPath := range map[string]bool{"": false, "with path identifiers": true} {
		t.Run(name, func(t *testing.T) {
			l, events, _ := testListener(t, 100)
			if err := l.readMRT(t.Context(), tableDump(t, addPath)); err != nil {
				t.Fatal(err)
			}
			tb := newTable(t)
			for len(events) > 0 {
				tb.apply((<-events).Event)
			}
			for source, asn := range map[string]uint32{"192.0.2.9": 65009, "2001:db8::8": 65008} {
				source = mrtSource("rib.mrt.gz", netip.MustParseAddr(source))
				if got := tb.state(source); got != "synced [1 2 3]" {
					t.Errorf("%s is %s", source, got)
				}
				if got := tb.records["net|"+source+"|peer"].Peer.ASN; got == nil || *got != asn {
					t.Errorf("%s has AS %v", source, got)
				}
			}
		})
	}
}

// mrtRecord is a BGP4MP_ET record (RFC 6396 §4.2) of a peer in AS 65009 with a body of an
// UPDATE.
func mrtRecord(subtype uint16, peer string, body []byte) []byte {
	address := netip.MustParseAddr(peer).As4()
	b := slices.Concat([]byte{0, 0, 0, 5, 0, 0, 0xfd, 0xf1, 0, 0, 0xfd, 0xf1, 0, 0, 0, 1}, address[:], []byte{192, 0, 2, 1}, bytes.Repeat([]byte{0xff}, 16))
	b = append(binary.BigEndian.AppendUint16(b, uint16(19+len(body))), messageUpdate)
	b = append(b, body...)
	head := binary.BigEndian.AppendUint16([]byte{0, 0, 0, 7, 0, 17}, subtype)
	return append(binary.BigEndian.AppendUint32(head, uint32(len(b))), b...)
}

// TestMRTFile reads files as they come; a table that is not whole is not synced.
func TestMRTFile(t *testing.T) {
	const as4, as4AddPath = 4, 9
	hop := netip.MustParseAddr(nine)
	one := mrtRecord(as4, nine, bgpls.EncodeUpdate(nodes(1), nil, nil, hop))
	two := mrtRecord(as4AddPath, nine, withPathIDs(bgpls.AttributeMPReach, map[byte]uint32{2: 1}))
	ipv4 := mrtRecord(as4, "192.0.2.8", []byte{0, 0, 0, 0, 24, 198, 51, 100})
	for _, test := range []struct {
		name    string
		records [][]byte
		want    string // of the speaker
		line    string
	}{
		{"with path identifiers", [][]byte{one, two}, "synced [1 2]", `speaker tells NLRIs with path identifiers (RFC 7911)" source=mrt:a.mrt/192.0.2.9 negotiated=true`},
		{"beside a peer of another family", [][]byte{ipv4, one}, "synced [1]", `msg="MRT file read" file=`},
		{"of another family", [][]byte{ipv4, ipv4}, "- []", "MRT file has nothing of BGP-LS"},
		{"empty", nil, "- []", "MRT file has nothing of BGP-LS"},
		{"cut", [][]byte{one, two, two[:40]}, "partial stale [1 2]", "MRT file not read to its end; what its speakers said is kept for the stale time"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, events, _ := testListener(t, 100)
			var lines strings.Builder
			l.log = slog.New(slog.NewTextHandler(&lines, nil))
			path := filepath.Join(t.TempDir(), "a.mrt")
			if err := os.WriteFile(path, slices.Concat(test.records...), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := l.readMRT(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			tb := newTable(t)
			for len(events) > 0 {
				tb.apply((<-events).Event)
			}
			if got := tb.state("mrt:a.mrt/" + nine); got != test.want {
				t.Errorf("speaker is %s, want %s", got, test.want)
			}
			if got := tb.state("mrt:a.mrt/192.0.2.8"); got != "- []" {
				t.Errorf("a peer without BGP-LS is a speaker: %s", got)
			}
			if !strings.Contains(lines.String(), test.line) {
				t.Errorf("no line %q in\n%s", test.line, lines.String())
			}
		})
	}
}
