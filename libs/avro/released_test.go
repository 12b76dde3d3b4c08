package avro

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	hamba "github.com/hamba/avro/v2"

	"github.com/altostream/altostream/schemas"
)

var update = flag.Bool("update", false, "write golden bytes that do not exist yet")

const released = "../../schemas/released"

// fill sets every field of a record that a schema has to a value that tells it from
// its neighbours: numbers count up, strings are numbered, pointers are set, slices and
// maps get one element.
func fill(s *schema, v reflect.Value, n *int) {
	*n++
	if s.kind == "union" {
		s = s.branches[len(s.branches)-1]
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(s, v.Elem(), n)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMicro(int64(*n)).UTC()))
			return
		}
		fillFields(s, v, n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(s.itemsOrSelf(), v.Index(0), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		item := reflect.New(v.Type().Elem()).Elem()
		fill(s.items, item, n)
		v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("k%d", *n)), item)
	case reflect.Interface:
		v.Set(reflect.ValueOf(float64(*n)))
	case reflect.String:
		v.SetString(fmt.Sprintf("s%d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.5)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n))
	default:
		v.SetUint(uint64(*n) % 200)
	}
}

// fillFields leaves out what a record of the schema's version could not say yet.
func fillFields(s *schema, v reflect.Value, n *int) {
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("avro")
		for _, f := range s.fields {
			if f.name == name {
				fill(f.schema, v.Field(i), n)
			}
		}
	}
}

// itemsOrSelf is the schema of the elements of a slice; the octets of bytes have none.
func (s *schema) itemsOrSelf() *schema {
	if s.items == nil {
		return s
	}
	return s.items
}

func records() map[string]any {
	return map[string]any{
		schemas.RawTopologyTopic:        &schemas.RawTopology{},
		schemas.NetworkMapsTopic:        &schemas.NetworkMap{},
		schemas.CostMapsTopic:           &schemas.CostMap{},
		schemas.ComputeResourcesTopic:   &schemas.ComputeResource{},
		schemas.EndpointPropertiesTopic: &schemas.EndpointProperties{},
	}
}

// TestReleased reads the golden record of every released version with today's code:
// it must yield the record that today's fill makes, as far as the version has its
// fields.
func TestReleased(t *testing.T) {
	for topic, record := range records() {
		files, err := filepath.Glob(filepath.Join(released, topic+".v*.avsc"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no released schema of %s: %v", topic, err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) { readReleased(t, file, record) })
		}
	}
}

func readReleased(t *testing.T, file string, record any) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	writer, err := newCodec(string(text))
	if err != nil {
		t.Fatal(err)
	}
	version, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	want := reflect.New(reflect.TypeOf(record).Elem())
	fill(version, want.Elem(), new(int))
	golden := strings.TrimSuffix(file, ".avsc") + ".hex"
	if _, err := os.Stat(golden); *update && os.IsNotExist(err) {
		b, err := writer.avroBytes(want.Elem())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(hex.EncodeToString(b)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	textBytes, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	b, err := hex.DecodeString(strings.TrimSpace(string(textBytes)))
	if err != nil {
		t.Fatal(err)
	}
	got := reflect.New(want.Type().Elem())
	if err := read(writer.schema, b, got.Elem()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Interface(), got.Interface()); diff != "" {
		t.Errorf("golden record (-want +got):\n%s", diff)
	}
	again, err := writer.avroBytes(got.Elem())
	if err != nil || hex.EncodeToString(again) != hex.EncodeToString(b) {
		t.Errorf("written again it has other bytes: %x, %v", again, err)
	}
}

// TestFullTransitive checks that every two versions of a schema, today's included,
// can read each other's records.
func TestFullTransitive(t *testing.T) {
	for topic := range records() {
		files, _ := filepath.Glob(filepath.Join(released, topic+".v*.avsc"))
		current, _ := schemas.Of(topic)
		versions := map[string]string{"current": current}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			versions[filepath.Base(file)] = string(text)
		}
		for readerName, reader := range versions {
			for writerName, writer := range versions {
				if err := canRead(reader, writer); err != nil {
					t.Errorf("%s: %s cannot read %s: %v", topic, readerName, writerName, err)
				}
			}
		}
	}
}

func canRead(reader, writer string) error {
	r, err := hamba.ParseWithCache(reader, "", &hamba.SchemaCache{})
	if err != nil {
		return err
	}
	w, err := hamba.ParseWithCache(writer, "", &hamba.SchemaCache{})
	if err != nil {
		return err
	}
	return hamba.NewSchemaCompatibility().Compatible(r, w)
}

// TestCanRead shows that the compatibility check can fail.
func TestCanRead(t *testing.T) {
	const (
		base     = `{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}`
		optional = `{"type":"record","name":"R","fields":[{"name":"a","type":"string"},{"name":"b","type":["null","int"],"default":null}]}`
		required = `{"type":"record","name":"R","fields":[{"name":"a","type":"string"},{"name":"b","type":"int"}]}`
		retyped  = `{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`
	)
	if err := canRead(optional, base); err != nil {
		t.Errorf("a new field with a default: %v", err)
	}
	if canRead(required, base) == nil {
		t.Error("a new field without a default is taken for compatible")
	}
	if canRead(retyped, base) == nil {
		t.Error("another type is taken for compatible")
	}
}

// TestFieldsMatch checks that each schema and its Go record have the same fields.
func TestFieldsMatch(t *testing.T) {
	for topic, record := range records() {
		text, _ := schemas.Of(topic)
		s, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		matchFields(t, topic, s, reflect.TypeOf(record).Elem())
	}
}

func matchFields(t *testing.T, path string, s *schema, v reflect.Type) {
	switch {
	case s.kind == "union":
		matchFields(t, path, s.branches[len(s.branches)-1], v)
	case v.Kind() == reflect.Pointer:
		matchFields(t, path, s, v.Elem())
	case s.kind == "array" || s.kind == "map":
		matchFields(t, path+"[]", s.items, v.Elem())
	case s.kind == "record":
		index := fieldsOf(v)
		for _, f := range s.fields {
			i, ok := index[f.name]
			if !ok {
				t.Errorf("%s: %s has no field %s", path, v, f.name)
				continue
			}
			matchFields(t, path+"."+f.name, f.schema, v.Field(i).Type)
		}
		if len(index) != len(s.fields) {
			t.Errorf("%s: %s has %d fields, the schema %d", path, v, len(index), len(s.fields))
		}
	}
}
