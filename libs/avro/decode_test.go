package avro

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/altostream/altostream/schemas"
	"github.com/google/go-cmp/cmp"
)

// read reads a value with the decoder under test.
func read(s *schema, b []byte, v reflect.Value) error {
	return readWith(decoders{}.of(s, v.Type()), b, v)
}

func readWith(decode decoder, b []byte, v reflect.Value) error {
	in := &input{rest: b}
	err := decode(in, v.Addr().UnsafePointer())
	if err == nil && len(in.rest) > 0 {
		err = errors.New("bytes follow")
	}
	return err
}

// TestDecodeLikeGoavro reads records with goavro and with our decoder, whole and with
// octets changed: both yield the same or refuse the same.
func TestDecodeLikeGoavro(t *testing.T) {
	for topic, record := range records() {
		c := codecOf(t, topic)
		random := rand.New(rand.NewPCG(3, 4))
		refused, typ := 0, reflect.TypeOf(record).Elem()
		for n := range 500 {
			v := reflect.New(typ).Elem()
			sparse(v, random)
			b, err := c.avroBytes(v)
			if err != nil {
				t.Fatal(err)
			}
			for range n % 3 {
				b[random.IntN(len(b))] = byte(random.Uint32())
			}
			want, got := reflect.New(typ).Elem(), reflect.New(typ).Elem()
			wantErr, gotErr := c.decode(b, want), read(c.schema, b, got)
			if errors.Is(gotErr, errNoInt) { // goavro cuts it to 32 bits
				continue
			}
			if (wantErr == nil) != (gotErr == nil) {
				t.Fatalf("%s: %x: goavro says %v, we %v", topic, b, wantErr, gotErr)
			}
			if wantErr != nil {
				refused++
				continue
			}
			if diff := cmp.Diff(fmt.Sprintf("%#v", Plain(want.Interface())), fmt.Sprintf("%#v", Plain(got.Interface()))); diff != "" {
				t.Fatalf("%s: %x (-goavro +ours):\n%s", topic, b, diff)
			}
		}
		if refused < 25 {
			t.Errorf("%s: only %d of the changed records are refused", topic, refused)
		}
	}
}

// row is a record of cost_maps with entries in the place of maps.
type row struct {
	Meta    *schemas.CostMapMeta       `avro:"meta"`
	CostMap []Entry[[]Entry[float64]]  `avro:"cost_map"`
	Version *int64                     `avro:"version"`
	Parts   *schemas.Parts             `avro:"parts"`
	Delta   []Entry[[]Entry[*float64]] `avro:"delta"`
}

// TestEntries writes a map as entries and as a Go map: the octets are the same, and each
// reads the other's.
func TestEntries(t *testing.T) {
	r := &memory{}
	entries, plain := newSerde[row](t, r, schemas.CostMapsSchema), newSerde[schemas.CostMap](t, r, schemas.CostMapsSchema)
	one := 1.0
	tests := []struct {
		name    string
		entries row
		plain   schemas.CostMap
	}{
		{"none", row{}, schemas.CostMap{}},
		{"empty", row{CostMap: []Entry[[]Entry[float64]]{}}, schemas.CostMap{CostMap: map[string]map[string]float64{}}},
		{"costs", row{CostMap: []Entry[[]Entry[float64]]{{"a", []Entry[float64]{{"a", 0}, {"b", 2.5}}}, {"b", []Entry[float64]{{"b", 0}}}}},
			schemas.CostMap{CostMap: map[string]map[string]float64{"a": {"a": 0, "b": 2.5}, "b": {"b": 0}}}},
		{"delta", row{Delta: []Entry[[]Entry[*float64]]{{"a", []Entry[*float64]{{"a", nil}, {"b", &one}}}}},
			schemas.CostMap{Delta: map[string]map[string]*float64{"a": {"a": nil, "b": &one}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := entries.Encode(&tt.entries)
			if err != nil {
				t.Fatal(err)
			}
			same, err := plain.Encode(&tt.plain)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(same[headerLen:], b[headerLen:]); diff != "" {
				t.Errorf("octets (-map +entries):\n%s", diff)
			}
			back, err := entries.Decode(same)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.entries, back); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			again, err := plain.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.plain, again); diff != "" {
				t.Errorf("map (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSkipNested reads a schema that nests records of its own in what the reader does not
// know.
func TestSkipNested(t *testing.T) {
	s, err := parse(`{"type":"record","name":"R","fields":[{"name":"x","type":["null","R"]}]}`)
	if err != nil {
		t.Fatal(err)
	}
	deep := slices.Repeat([]byte{2}, 1000)
	if err := read(s, append(deep, 0), reflect.ValueOf(&struct{}{}).Elem()); err == nil {
		t.Error("a value that is nested a thousand times is read")
	}
	if err := read(s, []byte{2, 2, 0}, reflect.ValueOf(&struct{}{}).Elem()); err != nil {
		t.Error(err)
	}
}

// BenchmarkDecodePrefix decodes what a network has most of.
func BenchmarkDecodePrefix(b *testing.B) {
	s, err := NewSerde[schemas.RawTopology](&memory{}, schemas.RawTopologyTopic, schemas.RawTopologySchema)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Register(); err != nil {
		b.Fatal(err)
	}
	value, err := s.Encode(&schemas.RawTopology{
		Topology: "default", Source: "bgp:192.0.2.1", Kind: schemas.KindPrefix4, ProtocolID: new(uint8(3)), Identifier: new(uint64(0)),
		LocalNode:  &schemas.NodeDescriptor{ASN: new(uint32(100)), IGPRouterID: new("01010101")},
		Prefix:     &schemas.PrefixDescriptor{Prefix: "192.0.2.0/24", OSPFRouteType: new(uint8(1))},
		Attributes: &schemas.Attributes{PrefixMetric: new(uint32(10))},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Decode(value); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeCosts(b *testing.B) {
	costs := map[string]float64{}
	for i := range 1000 {
		costs[fmt.Sprintf("pid100:%08x", i)] = float64(i)
	}
	registry := &memory{}
	plain, err := NewSerde[schemas.CostMap](registry, schemas.CostMapsTopic, schemas.CostMapsSchema)
	if err != nil {
		b.Fatal(err)
	}
	entries, err := NewSerde[row](registry, schemas.CostMapsTopic, schemas.CostMapsSchema)
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(plain.Register(), entries.Register()); err != nil {
		b.Fatal(err)
	}
	value, err := plain.Encode(&schemas.CostMap{CostMap: map[string]map[string]float64{"a": costs}})
	if err != nil {
		b.Fatal(err)
	}
	c, err := newCodec(schemas.CostMapsSchema)
	if err != nil {
		b.Fatal(err)
	}
	ways := map[string]func() error{
		"goavro":  func() error { return c.decode(value[headerLen:], reflect.ValueOf(&schemas.CostMap{}).Elem()) },
		"map":     func() error { _, err := plain.Decode(value); return err },
		"entries": func() error { _, err := entries.Decode(value); return err },
	}
	for _, name := range slices.Sorted(maps.Keys(ways)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := ways[name](); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
