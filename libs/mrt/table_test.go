package mrt

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func be16(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }

// indexTable has 192.0.2.2 in AS 100 and 2001:db8::3 in AS 65538 (RFC 6396 §4.3.1).
var indexTable = record(4, typeTableDump2, subtypePeerIndexTable, join(
	[]byte{10, 0, 0, 1}, be16(4), []byte("view"), be16(2),
	[]byte{0, 10, 0, 0, 2, 192, 0, 2, 2, 0, 100},
	[]byte{3, 10, 0, 0, 3}, netip.MustParseAddr("2001:db8::3").AsSlice(), []byte{0, 1, 0, 2},
))

var (
	nlri   = []byte{0, 1, 0, 3, 7, 8, 9}
	pathID = []byte{0, 0, 0, 1}

	origin      = []byte{0x40, 1, 1, 0}
	localPref   = []byte{0x40, 5, 4, 0, 0, 0, 100}
	abbreviated = []byte{0x80, 14, 5, 4, 192, 0, 2, 9}
	full        = join([]byte{0x90, 14, 0, 16}, []byte{0x40, 4, 71, 4, 192, 0, 2, 9, 0}, nlri)
)

// rib builds the body of a RIB_GENERIC record (RFC 6396 §4.3.3).
func rib(entries ...[]byte) []byte {
	return join([]byte{0, 0, 0, 1, 0x40, 4, 71}, nlri, be16(len(entries)), join(entries...))
}

// entry builds a RIB entry (RFC 6396 §4.3.4, RFC 8050 §4.1) with ORIGIN, other path
// attributes and LOCAL_PREF.
func entry(peer int, pathID []byte, originated byte, attributes ...[]byte) []byte {
	all := join(origin, join(attributes...), localPref)
	return join(be16(peer), []byte{0, 0, 0, originated}, pathID, be16(len(all)), all)
}

// told is the body of the UPDATE that tells the NLRI with a next hop.
func told(nextHop ...byte) []byte {
	reach := join([]byte{0x40, 4, 71, byte(len(nextHop))}, nextHop, []byte{0}, nlri)
	attributes := join([]byte{0x90, 14}, be16(len(reach)), reach, origin, localPref)
	return join(be16(0), be16(len(attributes)), attributes)
}

func readAll(t *testing.T, text []byte) (records []Record, errs []error, r *Reader) {
	t.Helper()
	r = NewReader(bytes.NewReader(text))
	for {
		record, err := r.Next()
		switch {
		case err == io.EOF:
			return records, errs, r
		case err != nil && !Skippable(err):
			t.Fatal(err)
		case err != nil:
			errs = append(errs, err)
		default:
			records = append(records, record)
		}
	}
}

func TestTableDump(t *testing.T) {
	generic := func(subtype uint16, body []byte) []byte { return record(5, typeTableDump2, subtype, body) }
	four := []byte{192, 0, 2, 9}
	for _, test := range []struct {
		name string
		text []byte
		want [][]byte
	}{
		{"abbreviated next hop", generic(6, rib(entry(0, nil, 1, abbreviated), entry(1, nil, 1, abbreviated))), [][]byte{told(four...), told(four...)}},
		{"full MP_REACH_NLRI", generic(6, rib(entry(0, nil, 1, full))), [][]byte{told(four...)}},
		{"no next hop", generic(6, rib(entry(0, nil, 1))), [][]byte{told()}},
		{"malformed next hop", generic(6, rib(entry(0, nil, 1, []byte{0x80, 14, 2, 9, 9}))), [][]byte{told()}},
		{"path identifiers in the entries", generic(12, rib(entry(0, pathID, 1, abbreviated), entry(0, pathID, 1, abbreviated))), [][]byte{told(four...), told(four...)}},
		{"path identifier before the NLRI", generic(12, join([]byte{0, 0, 0, 1, 0x40, 4, 71}, pathID, nlri, be16(1), entry(0, nil, 1, abbreviated))), [][]byte{told(four...)}},
		{"no entries", generic(6, rib()), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			records, errs, r := readAll(t, join(indexTable, test.text))
			if len(errs) > 0 || r.Skipped() != 0 {
				t.Errorf("errors %v, %d skipped", errs, r.Skipped())
			}
			if len(records) != len(test.want) {
				t.Fatalf("%d records, want %d", len(records), len(test.want))
			}
			for i, got := range records {
				if !bytes.Equal(got.Body, test.want[i]) || got.Type != messageUpdate || !got.Time.Equal(time.Unix(5, 0)) {
					t.Errorf("record %d = %+v, want body %x", i, got, test.want[i])
				}
			}
		})
	}
}

func TestTableDumpPeers(t *testing.T) {
	records, _, _ := readAll(t, join(indexTable, record(5, typeTableDump2, 6, rib(entry(1, nil, 1), entry(0, nil, 1)))))
	if len(records) != 2 || records[0].Peer.String() != "2001:db8::3" || records[0].PeerASN != 65538 ||
		records[1].Peer.String() != "192.0.2.2" || records[1].PeerASN != 100 {
		t.Errorf("records = %+v", records)
	}
}

// TestTableDumpSkips other address families.
func TestTableDumpSkips(t *testing.T) {
	vpn := rib(entry(0, nil, 1))
	vpn[6] = 128
	records, errs, r := readAll(t, join(indexTable, record(5, typeTableDump2, 2, []byte("IPv4")), record(5, typeTableDump2, 6, vpn)))
	if len(records) != 0 || len(errs) != 0 || r.Skipped() != 2 {
		t.Errorf("records %v, errors %v, %d skipped", records, errs, r.Skipped())
	}
}

func TestTableDumpDamage(t *testing.T) {
	good := entry(0, nil, 1, abbreviated)
	for _, test := range []struct {
		name, want string
		text       []byte
		subtype    uint16
		routes     int
	}{
		{"no index", "no room for the peers", nil, 1, 0},
		{"view of the index", "no room for the peers", []byte{0, 0, 0, 0, 0, 9, 0, 0}, 1, 0},
		{"peer of the index", "no room for the peers", []byte{0, 0, 0, 0, 0, 0, 0, 1, 3}, 1, 0},
		{"no NLRI", "no room for the NLRI", []byte{0, 0, 0}, 6, 0},
		{"NLRI cut", "no room for the NLRI", rib()[:12], 6, 0},
		{"NLRI cut, with path identifiers", "no room for the NLRI", rib()[:12], 12, 0},
		{"entry cut", "no room for an entry", rib(good, good[:5]), 6, 1},
		{"attributes cut", "path attributes have 7 of 19 bytes", rib(good, good[:15]), 6, 1},
		{"unknown peer", "peer 2 of 2", rib(good, entry(2, nil, 1)), 6, 1},
		{"too long", "route of 655", rib(good, entry(0, nil, 1, bytes.Repeat([]byte{7}, 65510))), 6, 1},
		{"too much", "1 bytes follow", join(rib(good), []byte{0}), 6, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			after := record(5, typeTableDump2, 6, rib(good))
			if test.subtype == subtypePeerIndexTable {
				after = join(indexTable, after)
			}
			records, errs, _ := readAll(t, join(indexTable, record(5, typeTableDump2, test.subtype, test.text), after))
			if len(errs) != 1 || !strings.Contains(errs[0].Error(), test.want) {
				t.Errorf("errors %v, want %q", errs, test.want)
			}
			if len(records) != test.routes+1 {
				t.Errorf("%d routes, want %d and one after", len(records), test.routes)
			}
		})
	}
}

// TestMalformedAttributes are handed over as they are.
func TestMalformedAttributes(t *testing.T) {
	records, errs, _ := readAll(t, join(indexTable, record(5, typeTableDump2, 6, rib(join(be16(0), []byte{0, 0, 0, 1}, be16(6), origin, []byte{0x90, 29})))))
	if len(errs) > 0 || len(records) != 1 || !bytes.HasSuffix(records[0].Body, slices.Concat(origin, []byte{0x90, 29})) {
		t.Errorf("records %+v, errors %v", records, errs)
	}
}
