package mrt

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// record builds an MRT record (RFC 6396 §2).
func record(seconds uint32, kind, subtype uint16, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, seconds)
	b = binary.BigEndian.AppendUint16(b, kind)
	b = binary.BigEndian.AppendUint16(b, subtype)
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
	return append(b, body...)
}

var (
	peerAS4 = []byte{0, 0, 0, 100, 0, 0, 0, 101, 0, 0, 0, 1, 192, 0, 2, 1, 192, 0, 2, 2}
	peerAS2 = []byte{0, 100, 0, 101, 0, 0, 0, 1, 192, 0, 2, 1, 192, 0, 2, 2}
	message = append(bytes.Repeat([]byte{0xff}, 16), 0, 23, 2, 0, 0, 0, 0)
)

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestReader(t *testing.T) {
	peer := netip.MustParseAddr("192.0.2.1")
	file := join(
		record(7, typeBGP4MPET, subtypeMessageAS4, join([]byte{0, 0, 0, 5}, peerAS4, message)),
		record(8, 13, 2, []byte("IPv4 unicast, not read here")),
		record(8, 11, 0, []byte("OSPF, not read here")),
		record(8, typeBGP4MP, 6, []byte("what the collector said, not read here")),
		record(9, typeBGP4MP, subtypeMessage, join(peerAS2, message)),
		record(10, typeBGP4MP, subtypeStateChangeAS4, join(peerAS4, []byte{0, 6, 0, 1})),
		record(11, typeBGP4MP, subtypeMessageAddPath, join(peerAS2, message)),
		record(12, typeBGP4MPET, subtypeMessageAS4AddPath, join([]byte{0, 0, 0, 5}, peerAS4, message)),
	)
	r := NewReader(bytes.NewReader(file))
	first, err := r.Next()
	if err != nil || !first.Time.Equal(time.Unix(7, 5000)) || first.Peer != peer || first.PeerASN != 100 || first.Type != 2 || len(first.Body) != 4 {
		t.Errorf("first = %+v, %v", first, err)
	}
	second, err := r.Next()
	if err != nil || !second.Time.Equal(time.Unix(9, 0)) || second.PeerASN != 100 || second.Type != 2 {
		t.Errorf("second = %+v, %v", second, err)
	}
	third, err := r.Next()
	if err != nil || third.OldState != Established || third.NewState != 1 || third.Body != nil {
		t.Errorf("third = %+v, %v", third, err)
	}
	for range 2 {
		if m, err := r.Next(); err != nil || m.Peer != peer || m.PeerASN != 100 || m.Type != 2 || len(m.Body) != 4 || !m.PathIDs || first.PathIDs {
			t.Errorf("with path identifiers: %+v, %v", m, err)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("end = %v, want EOF", err)
	}
	if got := r.Skipped(); got != 3 {
		t.Errorf("%d records skipped, want 3", got)
	}
}

func TestReaderDamage(t *testing.T) {
	good := record(9, typeBGP4MP, subtypeMessage, join(peerAS2, message))
	for _, test := range []struct {
		name, want string
		damaged    []byte
		skippable  bool
	}{
		{"cut header", "header cut after 5", good[:5], false},
		{"cut body", "cut after 20 of 39", good[:32], false},
		{"absurd length", "exceeds", join(good[:8], []byte{0xff, 0xff, 0xff, 0xff}), false},
		{"no microseconds", "microseconds", record(1, typeBGP4MPET, subtypeMessage, nil), true},
		{"no peer", "no room for the peer", record(1, typeBGP4MP, subtypeMessage, []byte{1}), true},
		{"family", "unknown address family 9", record(1, typeBGP4MP, subtypeMessage, []byte{0, 1, 0, 2, 0, 0, 0, 9}), true},
		{"no addresses", "no room for the addresses", record(1, typeBGP4MP, subtypeMessage, peerAS2[:10]), true},
		{"no message", "BGP message of 0 bytes", record(1, typeBGP4MP, subtypeMessage, peerAS2), true},
		{"message length", "says 23 bytes and has 24", record(1, typeBGP4MP, subtypeMessage, join(peerAS2, message, []byte{0})), true},
		{"no states", "state change without states", record(1, typeBGP4MP, subtypeStateChange, peerAS2), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := NewReader(bytes.NewReader(join(good, test.damaged, good)))
			if _, err := r.Next(); err != nil {
				t.Fatalf("good record before: %v", err)
			}
			_, err := r.Next()
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) && test.skippable {
				t.Fatalf("error = %v, want %q", err, test.want)
			}
			if Skippable(err) != test.skippable && test.skippable {
				t.Errorf("Skippable = %v", Skippable(err))
			}
			if test.skippable {
				if _, err := r.Next(); err != nil {
					t.Errorf("good record after: %v", err)
				}
			}
		})
	}
	t.Run("ends", func(t *testing.T) {
		for _, cut := range []int{5, 32} {
			_, err := NewReader(bytes.NewReader(good[:cut])).Next()
			if !errors.Is(err, ErrDamaged) || Skippable(err) {
				t.Errorf("cut at %d: %v", cut, err)
			}
		}
	})
}

// TestReadError is told with its cause, and is no damage.
func TestReadError(t *testing.T) {
	failure := errors.New("input/output error")
	good := record(9, typeBGP4MP, subtypeMessage, join(peerAS2, message))
	for _, text := range [][]byte{nil, good[:5], good[:12], good[:32], compressed(t, good)[:20]} {
		_, err := NewReader(io.MultiReader(bytes.NewReader(text), iotest.ErrReader(failure))).Next()
		if !errors.Is(err, failure) || errors.Is(err, ErrDamaged) || Skippable(err) {
			t.Errorf("after %d bytes: %v", len(text), err)
		}
	}
}

func compressed(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCompressed(t *testing.T) {
	good := record(9, typeBGP4MP, subtypeMessage, join(peerAS2, message))
	text := compressed(t, join(good, good, good))
	r := NewReader(bytes.NewReader(text))
	for range 3 {
		if got, err := r.Next(); err != nil || got.PeerASN != 100 {
			t.Errorf("record = %+v, %v", got, err)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("end = %v, want EOF", err)
	}
	flipped := bytes.Clone(text)
	flipped[len(text)-6] ^= 1 // of the checksum
	for name, damaged := range map[string][]byte{"magic only": text[:2], "header": text[:7], "cut": text[:len(text)-9], "checksum": flipped} {
		r := NewReader(bytes.NewReader(damaged))
		var err error
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, ErrDamaged) || Skippable(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// bzip2ed is three times the good record of TestCompressed, compressed with bzip2.
const bzip2ed = "425a6839314159265359765e35f40000067104f82440800080060040000000a000508068006f5254c9a37a8cab2f6af8a93a56c574fcc76d647f6b23166cbe28d8c49c3d177245385090765e35f4"

func TestBzip2(t *testing.T) {
	text, err := hex.DecodeString(bzip2ed)
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader(bytes.NewReader(text))
	for range 3 {
		if got, err := r.Next(); err != nil || got.PeerASN != 100 {
			t.Errorf("record = %+v, %v", got, err)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("end = %v, want EOF", err)
	}
	flipped := bytes.Clone(text)
	flipped[len(text)-1] ^= 1 // of the checksum
	for name, damaged := range map[string][]byte{"cut": text[:len(text)-9], "checksum": flipped, "block": text[:20]} {
		r := NewReader(bytes.NewReader(damaged))
		var err error
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, ErrDamaged) || Skippable(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewReader(strings.NewReader("BZh9\x17rE8P\x90\x00\x00\x00\x00")).Next(); err != io.EOF {
		t.Errorf("an empty file: %v", err)
	}
	plain := record(0x425a6839, typeBGP4MP, subtypeMessage, join(peerAS2, message))
	if got, err := NewReader(bytes.NewReader(plain)).Next(); err != nil || got.Time.Unix() != 0x425a6839 {
		t.Errorf("a file of 2005: %+v, %v", got, err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(record(7, typeBGP4MPET, subtypeMessageAS4, join([]byte{0, 0, 0, 5}, peerAS4, message)))
	f.Add(record(10, typeBGP4MP, subtypeStateChangeAS4, join(peerAS4, []byte{0, 6, 0, 1})))
	f.Add(join(indexTable, record(5, typeTableDump2, subtypeRIBGeneric, rib(entry(0, nil, 1, full), entry(1, nil, 9)))))
	f.Add(join(indexTable, record(5, typeTableDump2, subtypeRIBGenericAddPath, rib(entry(0, pathID, 1, abbreviated)))))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Add(record(11, typeBGP4MP, subtypeMessageAS4AddPath, join(peerAS4, message)))
	if b, err := hex.DecodeString(bzip2ed); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewReader(bytes.NewReader(b))
		for range 100*len(b) + 1000 { // compressed
			if _, err := r.Next(); err != nil && !Skippable(err) {
				return
			}
		}
		t.Fatal("more records than bytes")
	})
}
