package bgpingest

import (
	"compress/gzip"
	"net/netip"
	"os"
	"path/filepath"
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
