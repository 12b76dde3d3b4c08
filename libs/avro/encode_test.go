package avro

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/altostream/altostream/schemas"
	"github.com/linkedin/goavro/v2"
)

// avroBytes writes v with the encoder under test.
func (c *codec) avroBytes(v reflect.Value) ([]byte, error) {
	encode, err := newEncoder(c.schema, v.Type())
	if err != nil {
		return nil, err
	}
	return encode(nil, v.Addr().UnsafePointer())
}

// TestEncodeLikeGoavro writes records with goavro and with our encoder: the bytes are
// the same.
func TestEncodeLikeGoavro(t *testing.T) {
	for topic, record := range records() {
		c := codecOf(t, topic)
		random := rand.New(rand.NewPCG(1, 2))
		for range 300 {
			v := reflect.New(reflect.TypeOf(record).Elem()).Elem()
			sparse(v, random)
			got, err := c.avroBytes(v)
			if err != nil {
				t.Fatalf("%s: %v", topic, err)
			}
			native, err := toNative(c.schema, v)
			if err != nil {
				t.Fatal(err)
			}
			want, err := c.avro.BinaryFromNative(nil, native)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("%s: %+v\ngot  %x\nwant %x", topic, v, got, want)
			}
		}
	}
}

// sparse fills a record at random; maps get at most one entry, since goavro writes
// them in any order.
func sparse(v reflect.Value, random *rand.Rand) {
	switch v.Kind() {
	case reflect.Pointer:
		if random.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			sparse(v.Elem(), random)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMicro(random.Int64N(1 << 51)).UTC()))
			return
		}
		for i := range v.NumField() {
			sparse(v.Field(i), random)
		}
	case reflect.Slice:
		if random.IntN(3) > 0 {
			n := random.IntN(4)
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				sparse(v.Index(i), random)
			}
		}
	case reflect.Map:
		if random.IntN(3) > 0 {
			v.Set(reflect.MakeMap(v.Type()))
			item := reflect.New(v.Type().Elem()).Elem()
			sparse(item, random)
			v.SetMapIndex(reflect.ValueOf("key"), item)
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{"text", 1.5}[random.IntN(2)]))
	case reflect.String:
		v.SetString([]string{"", "x", "é", "a longer text than sixty-four octets, so that its length takes two of them"}[random.IntN(4)])
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Float64:
		v.SetFloat(random.NormFloat64())
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(random.Int32()) - 1<<30)
	default:
		v.SetUint(random.Uint64() >> (64 - v.Type().Bits()) >> random.IntN(8))
	}
}

// toNative is the native form of goavro.
func toNative(s *schema, v reflect.Value) (any, error) {
	if s.kind == "union" {
		return unionToNative(s, v)
	}
	switch s.kind {
	case "record":
		m := map[string]any{}
		for _, f := range s.fields {
			native, err := toNative(f.schema, v.Field(fieldsOf(v.Type())[f.name]))
			if err != nil {
				return nil, err
			}
			m[f.name] = native
		}
		return m, nil
	case "array":
		items := make([]any, v.Len())
		for i := range items {
			items[i], _ = toNative(s.items, v.Index(i))
		}
		return items, nil
	case "map":
		m := map[string]any{}
		for it := v.MapRange(); it.Next(); {
			m[it.Key().String()], _ = toNative(s.items, it.Value())
		}
		return m, nil
	}
	if v.CanUint() {
		return int64(v.Uint()), nil
	}
	return v.Interface(), nil
}

func unionToNative(s *schema, v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		if v.IsNil() {
			return nil, nil
		}
	}
	branch := s.branches[len(s.branches)-1]
	switch v.Kind() {
	case reflect.Interface:
		v = v.Elem()
		branch = &schema{kind: "string", branch: "string"}
		if v.Kind() == reflect.Float64 {
			branch = &schema{kind: "double", branch: "double"}
		}
	case reflect.Pointer:
		v = v.Elem()
	}
	native, err := toNative(branch, v)
	return goavro.Union(branch.branch, native), err
}

func BenchmarkEncodeRawTopology(b *testing.B) {
	s, err := NewSerde[schemas.RawTopology](&memory{}, schemas.RawTopologyTopic, schemas.RawTopologySchema)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Register(); err != nil {
		b.Fatal(err)
	}
	metric, router := uint32(10), "000000000002"
	r := &schemas.RawTopology{
		Topology: "default", Source: "bgp:192.0.2.1", Kind: schemas.KindLink,
		LocalNode: &schemas.NodeDescriptor{IGPRouterID: &router}, RemoteNode: &schemas.NodeDescriptor{IGPRouterID: &router},
		Link:       &schemas.LinkDescriptor{LocalID: &metric, RemoteID: &metric},
		Attributes: &schemas.Attributes{IGPMetric: &metric, TEMetric: &metric, AdminGroup: &metric},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Encode(r); err != nil {
			b.Fatal(err)
		}
	}
}
