package avro

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/altostream/altostream/schemas"
	"github.com/google/go-cmp/cmp"
)

// TestShareReadsTheSame reads records one after another, some of them damaged, with a decoder that shares and with one
// that does not: both yield the same or refuse the same.
func TestShareReadsTheSame(t *testing.T) {
	for topic, record := range records() {
		c := codecOf(t, topic)
		random := rand.New(rand.NewPCG(5, 6))
		typ := reflect.TypeOf(record).Elem()
		shares := decoders{share: true}.of(c.schema, typ)
		v := reflect.New(typ).Elem()
		sparse(v, random)
		for n := range 500 {
			if i := random.IntN(2 * v.NumField()); i < v.NumField() { // the others are as before
				other := reflect.New(typ).Elem()
				sparse(other, random)
				v.Field(i).Set(other.Field(i))
			}
			b, err := c.avroBytes(v)
			if err != nil {
				t.Fatal(err)
			}
			if n%4 == 0 {
				b[random.IntN(len(b))] = byte(random.Uint32())
			}
			if n%5 == 0 {
				b = b[:random.IntN(len(b))]
			}
			want, got := reflect.New(typ).Elem(), reflect.New(typ).Elem()
			wantErr, gotErr := read(c.schema, b, want), readWith(shares, b, got)
			if diff := cmp.Diff(fmt.Sprint(wantErr), fmt.Sprint(gotErr)); diff != "" {
				t.Fatalf("%s: %x (-alone +shared):\n%s", topic, b, diff)
			}
			if diff := cmp.Diff(fmt.Sprintf("%#v", Plain(want.Interface())), fmt.Sprintf("%#v", Plain(got.Interface()))); wantErr == nil && diff != "" {
				t.Fatalf("%s: %x (-alone +shared):\n%s", topic, b, diff)
			}
		}
	}
}

// TestReaderShares reads records of which one descriptor differs: the rest is the same memory.
func TestReaderShares(t *testing.T) {
	serde := newSerde[schemas.RawTopology](t, &memory{}, schemas.RawTopologySchema)
	reader := serde.Reader()
	read := func(prefix string, metric uint32) *schemas.RawTopology {
		b, err := serde.Encode(&schemas.RawTopology{
			Kind: schemas.KindPrefix4, Prefix: &schemas.PrefixDescriptor{Prefix: prefix}, LocalNode: &schemas.NodeDescriptor{ASN: new(uint32(100))},
			Attributes: &schemas.Attributes{PrefixMetric: &metric},
		})
		if err != nil {
			t.Fatal(err)
		}
		r, err := reader.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first, second, third := read("10.0.0.0/8", 1), read("11.0.0.0/8", 1), read("11.0.0.0/8", 2)
	if first.LocalNode != second.LocalNode || first.Attributes != second.Attributes {
		t.Error("the node and the attributes of the second are copies")
	}
	if second.Prefix == first.Prefix || second.Prefix != third.Prefix || second.Attributes == third.Attributes {
		t.Error("what differs is shared, or what is equal is not")
	}
	if got := *third.Attributes.PrefixMetric; got != 2 {
		t.Errorf("the metric of the third is %d, not 2", got)
	}
}
