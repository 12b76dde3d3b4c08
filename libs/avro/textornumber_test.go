package avro

import (
	"reflect"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

// TestTextOrNumber writes texts and numbers as an interface does, whatever the order of the branches, and reads them back.
func TestTextOrNumber(t *testing.T) {
	for _, text := range []string{`["string", "double"]`, `["double", "string"]`} {
		s, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		encode, err := newEncoder(s, reflect.TypeFor[TextOrNumber]())
		if err != nil {
			t.Fatal(err)
		}
		boxed, err := newEncoder(s, reflect.TypeFor[any]())
		if err != nil {
			t.Fatal(err)
		}
		word, empty := "text", ""
		for _, v := range []struct {
			value TextOrNumber
			any   any
		}{
			{TextOrNumber{Text: &word}, word}, {TextOrNumber{Text: &empty}, empty}, {TextOrNumber{Number: -1.5}, -1.5}, {TextOrNumber{}, 0.0},
		} {
			got, err := encode(nil, unsafe.Pointer(&v.value))
			if err != nil {
				t.Fatal(err)
			}
			want, err := boxed(nil, unsafe.Pointer(&v.any))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", text, v.any, diff)
			}
			var back TextOrNumber
			if err := (decoders{}).of(s, reflect.TypeFor[TextOrNumber]())(&input{rest: got}, unsafe.Pointer(&back)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(v.value, back); diff != "" {
				t.Errorf("%s: %v (-written +read):\n%s", text, v.any, diff)
			}
		}
	}
	for _, text := range []string{`["null", "double"]`, `["string", "long"]`} {
		s, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newEncoder(s, reflect.TypeFor[TextOrNumber]()); err == nil {
			t.Errorf("%s takes a text or a number", text)
		}
	}
}
