package bgpls

import (
	"reflect"
	"testing"
)

func FuzzDecodeUpdate(f *testing.F) {
	for _, test := range wire {
		f.Add(readWire(f, test.file))
	}
	for _, capture := range captures {
		for _, r := range readCapture(f, capture.igp+".mrt") {
			f.Add(r.body)
		}
	}
	all := everything()
	f.Add(EncodeUpdate(nlriSamples(), nlriSamples(), &all, addr("10.0.0.1")))
	f.Add(bodyOf(mpUnreach()))
	f.Add(bodyOf(mpReach(bin("00000001"), nodeBytes(r1), bin("00000002"), nodeBytes(r2))))
	f.Add(bodyOf(mpReach(tlvOf(2, isis, tlvOf(256), tlvOf(257), tlvOf(263, bin("0000 0002 0003 0004"))), tlvOf(5, isis, tlvOf(256)))))
	for _, tlv := range cut(all.Append(nil)) {
		f.Add(bodyOf(mpReach(nodeBytes(r1)), attribute(29, string(tlv), string(tlv))))
	}
	var decoder Decoder
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 32<<10 {
			return // EncodeUpdate is for bodies that fit a message
		}
		first, errs := DecodeUpdate(body)
		other, _ := decoder.Decode(body)
		same(t, "update of a decoder", other, first)
		if got, most := sizeOf(reflect.ValueOf(first))+sizeOf(reflect.ValueOf(errs)), 64*len(body)+1024; got > most {
			t.Errorf("%d octets decode to %d, want at most %d", len(body), got, most)
		}
		for _, err := range errs {
			if err.Error() == "" {
				t.Error("an error says nothing")
			}
		}
		again, _ := DecodeUpdate(EncodeUpdate(first.Reach, first.Unreach, first.Attributes, addr("10.0.0.1")))
		same(t, "reach", again.Reach, vpnLast(first.Reach))
		same(t, "unreach", again.Unreach, vpnLast(first.Unreach))
		if len(first.Reach) > 0 {
			same(t, "attributes", again.Attributes, first.Attributes)
		}
		checkKeys(t, append(first.Reach, first.Unreach...))
		for _, p := range []PathIDs{SomePathIDs, WantedPathIDs} {
			with, _ := decoder.DecodeWith(p, body)
			if !with.PathIDs {
				same(t, "update without path identifiers", with, first)
			}
		}
	})
}

// vpnLast is the order in which NLRIs are encoded.
func vpnLast(ns []NLRI) (sorted []NLRI) {
	for _, vpn := range []bool{false, true} {
		for _, n := range ns {
			if n.VPN == vpn {
				sorted = append(sorted, n)
			}
		}
	}
	return sorted
}

// FuzzKey checks that two NLRIs with one key are one.
func FuzzKey(f *testing.F) {
	samples := nlriSamples()
	for i := range samples {
		f.Add(samples[i].Append(nil), samples[(i+1)%len(samples)].Append(nil))
		f.Add(samples[i].Append(nil), samples[i].Append(nil))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if len(a)+len(b) > 32<<10 {
			return
		}
		u, _ := DecodeUpdate(bodyOf(mpReach(string(a), string(b))))
		checkKeys(t, u.Reach)
	})
}

// checkKeys checks that equal keys are equal NLRIs, and the octets too.
func checkKeys(t *testing.T, ns []NLRI) {
	t.Helper()
	byKey, byOctets := make(map[string]*NLRI), make(map[string]string)
	for i := range ns {
		key, octets := ns[i].Key(), string(ns[i].Append(nil))
		if ns[i].VPN {
			octets = "vpn" + octets
		}
		if other, ok := byKey[key]; ok {
			same(t, key, &ns[i], other)
		}
		if other, ok := byOctets[octets]; ok && other != key {
			t.Errorf("%x has the keys %s and %s", octets, key, other)
		}
		byKey[key], byOctets[octets] = &ns[i], key
	}
}

// sizeOf is the memory that a value holds, in octets.
func sizeOf(v reflect.Value) int {
	size := 0
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			size = int(v.Elem().Type().Size()) + sizeOf(v.Elem())
		}
	case reflect.String:
		size = v.Len()
	case reflect.Slice:
		size = v.Cap() * int(v.Type().Elem().Size())
		for i := range v.Len() {
			size += sizeOf(v.Index(i))
		}
	case reflect.Struct:
		if v.Type().PkgPath() != reflect.TypeFor[NLRI]().PkgPath() {
			break // netip: no memory of its own
		}
		for i := range v.NumField() {
			size += sizeOf(v.Field(i))
		}
	}
	return size
}
