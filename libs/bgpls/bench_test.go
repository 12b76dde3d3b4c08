package bgpls

import "testing"

// objects is an UPDATE as routers send them, of many objects.
func objects(b *testing.B) (body []byte, count int) {
	for _, r := range readCapture(b, "isis.mrt") {
		if u, _ := DecodeUpdate(r.body); len(u.Reach) > count {
			body, count = r.body, len(u.Reach)
		}
	}
	return body, count
}

func perObject(b *testing.B, count int) {
	b.ReportMetric(float64(b.N)*float64(count)/b.Elapsed().Seconds(), "objects/s")
}

// BenchmarkDecodeUpdate decodes the largest UPDATE of a capture.
func BenchmarkDecodeUpdate(b *testing.B) {
	body, count := objects(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if u, _ := DecodeUpdate(body); len(u.Reach) != count {
			b.Fatal("an object is missing")
		}
	}
	perObject(b, count)
}

// BenchmarkDecodeUpdateLink decodes one link with all of its attributes.
func BenchmarkDecodeUpdateLink(b *testing.B) {
	body := readWire(b, "A01-exabgp-qa-06.hex")
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if u, _ := DecodeUpdate(body); len(u.Reach) != 1 {
			b.Fatal("an object is missing")
		}
	}
	perObject(b, 1)
}

// BenchmarkDecoderLink decodes the same link with a Decoder.
func BenchmarkDecoderLink(b *testing.B) {
	body := readWire(b, "A01-exabgp-qa-06.hex")
	var d Decoder
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if u, _ := d.Decode(body); len(u.Reach) != 1 {
			b.Fatal("an object is missing")
		}
	}
	perObject(b, 1)
}

func BenchmarkAppendKey(b *testing.B) {
	n := wire[4].want.Reach[0]
	key := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		key = n.AppendKey(key[:0])
	}
	perObject(b, 1)
}

// BenchmarkAppendLink encodes the identity and the attributes of one link again.
func BenchmarkAppendLink(b *testing.B) {
	u, _ := DecodeUpdate(readWire(b, "A01-exabgp-qa-06.hex"))
	typical, _ := DecodeUpdate(readWire(b, "A01-exabgp-qa-05.hex"))
	octets := make([]byte, 0, 4096)
	b.Run("NLRI", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			octets = u.Reach[0].Append(octets[:0])
		}
	})
	b.Run("attributes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			octets = u.Attributes.Append(octets[:0])
		}
	})
	b.Run("typical attributes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			octets = typical.Attributes.Append(octets[:0])
		}
	})
}

func BenchmarkEncodeUpdate(b *testing.B) {
	body, count := objects(b)
	u, _ := DecodeUpdate(body)
	hop := addr("10.0.0.1")
	b.ReportAllocs()
	for b.Loop() {
		EncodeUpdate(u.Reach, nil, u.Attributes, hop)
	}
	perObject(b, count)
}
