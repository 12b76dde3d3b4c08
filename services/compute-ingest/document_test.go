package computeingest

import (
	_ "embed"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/schemas"
)

//go:embed testdata/seed.json
var seed []byte

func ptr[T any](v T) *T { return &v }

func TestTheSeedsDocument(t *testing.T) {
	d, problems, err := ParseDocument(seed)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	if diff := cmp.Diff([]string{"compute4", "compute5", "compute6"}, slices.Sorted(maps.Keys(d.Resources))); diff != "" {
		t.Error(diff)
	}
	want := schemas.ComputeResource{
		DiskAvailable: ptr(1833.0), DiskUsed: ptr(984.0), RAMAvailable: ptr(130520.0), RAMUsed: ptr(127296.0),
		VCPUAvailable: ptr(80.0), VCPUUsed: ptr(70.0), Instances: ptr[int64](29),
	}
	if diff := cmp.Diff(want, d.Resources["compute5"]); diff != "" {
		t.Error(diff)
	}
}

func TestNumbers(t *testing.T) {
	tests := []struct {
		text string
		want *float64
		err  string // in the error
	}{
		{`80`, ptr(80.0), ""},
		{`"80"`, ptr(80.0), ""},
		{`" 80 "`, ptr(80.0), ""},
		{`1.5e3`, ptr(1500.0), ""},
		{`"0.25"`, ptr(0.25), ""},
		{`0`, ptr(0.0), ""},
		{`-0`, ptr(0.0), ""},
		{`null`, nil, ""},
		{`-1`, nil, "is negative"},
		{`"-0.5"`, nil, "is negative"},
		{`""`, nil, "is not a number"},
		{`"many"`, nil, "is not a number"},
		{`"NaN"`, nil, "is not a number"},
		{`"Infinity"`, nil, "is not a number"},
		{`"+Inf"`, nil, "is not a number"},
		{`"0x10"`, nil, "is not a number"},
		{`"1_000"`, nil, "is not a number"},
		{`"80 GB"`, nil, "is not a number"},
		{`"null"`, nil, "is not a number"},
		{`"-"`, nil, "is not a number"},
		{`true`, nil, "is not a number"},
		{`[80]`, nil, "is not a number"},
		{`{"value":80}`, nil, "is not a number"},
		{`1e400`, nil, "is out of range"},
		{`"1e400"`, nil, "is out of range"},
	}
	for _, tt := range tests {
		document := `{"good":{"ram_used":1},"compute5":{"ram_used":` + tt.text + `}}`
		d, problems, err := ParseDocument([]byte(document))
		if err != nil {
			t.Fatalf("%s: %v", tt.text, err)
		}
		if _, ok := d.Resources["good"]; !ok {
			t.Errorf("%s: the other resource is put aside too", tt.text)
		}
		if tt.err == "" {
			if diff := cmp.Diff(tt.want, d.Resources["compute5"].RAMUsed); diff != "" || len(problems) > 0 {
				t.Errorf("%s: %v %s", tt.text, problems, diff)
			}
			continue
		}
		if _, ok := d.Resources["compute5"]; ok || !d.PutAside["compute5"] || len(problems) != 1 {
			t.Errorf("%s: not put aside; problems %v", tt.text, problems)
			continue
		}
		for _, part := range []string{`resource "compute5"`, "field ram_used", tt.text, tt.err} {
			if !strings.Contains(problems[0].Error(), part) {
				t.Errorf("%s: error %q does not say %s", tt.text, problems[0], part)
			}
		}
	}
}

func TestInstancesAreWhole(t *testing.T) {
	for text, want := range map[string]*int64{
		`29`: ptr[int64](29), `"29"`: ptr[int64](29), `29.0`: ptr[int64](29), `2.9e1`: ptr[int64](29), `null`: nil,
	} {
		d, problems, err := ParseDocument([]byte(`{"c":{"instances":` + text + `}}`))
		if diff := cmp.Diff(want, d.Resources["c"].Instances); err != nil || problems != nil || diff != "" {
			t.Errorf("%s: %v %v %s", text, err, problems, diff)
		}
	}
	for _, text := range []string{`29.5`, `1e300`, `9007199254740994`} {
		if d, _, _ := ParseDocument([]byte(`{"c":{"instances":` + text + `}}`)); !d.PutAside["c"] {
			t.Errorf("%s: not put aside", text)
		}
	}
}

func TestWhatIsPutAsideOfADocument(t *testing.T) {
	tests := []struct {
		name, document string
		resources      []string
		putAside       []string
		problems       []string // parts of them, in order
	}{
		{"nothing in it", `{}`, nil, nil, nil},
		{"missing fields", `{"a":{}}`, []string{"a"}, nil, nil},
		{"no object", `{"a":1,"b":{},"c":null,"d":[]}`, []string{"b"}, []string{"a", "c", "d"},
			[]string{"1 is not a JSON object", "null is not a JSON object", "[] is not a JSON object"}},
		{"unknown fields, each told once", `{"a":{"gpu":1,"ram_used":1},"b":{"gpu":2,"rack":"7"}}`, []string{"a", "b"}, nil,
			[]string{`resource "a": field "gpu" is not known`, `resource "b": field "rack" is not known`}},
		{"one name twice", `{"a":{"ram_used":1},"b":{},"a":{"ram_used":1}}`, []string{"b"}, []string{"a"},
			[]string{`resource "a": the name is there more than once`}},
		{"one name twice, once escaped", `{"a":{},"\u0061":{}}`, nil, []string{"a"}, []string{"more than once"}},
		{"one field twice", `{"a":{"ram_used":1,"ram_used":2}}`, nil, []string{"a"}, []string{"field ram_used is there more than once"}},
		{"empty name", `{"":{}}`, nil, []string{""}, []string{"the name is empty"}},
		{"name with |", `{"a|b":{}}`, nil, []string{"a|b"}, []string{"the name has a '|'"}},
		{"name with a control character", `{"a\nb":{}}`, nil, []string{"a\nb"}, []string{"the name has a control character"}},
		{"a name of 200 bytes", `{"` + strings.Repeat("n", 200) + `":{}}`, []string{strings.Repeat("n", 200)}, nil, nil},
		{"a name of 201 bytes", `{"` + strings.Repeat("n", 201) + `":{}}`, nil, []string{strings.Repeat("n", 201)},
			[]string{"the name has 201 bytes, at most 200 are allowed"}},
		{"the first wrong field is told", `{"a":{"vcpu_used":"x","disk_used":-1,"ram_used":"y"}}`, nil, []string{"a"}, []string{"field disk_used: -1 is negative"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, problems, err := ParseDocument([]byte(tt.document))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.resources, slices.Sorted(maps.Keys(d.Resources))); diff != "" {
				t.Errorf("resources:\n%s", diff)
			}
			if diff := cmp.Diff(tt.putAside, slices.Sorted(maps.Keys(d.PutAside))); diff != "" {
				t.Errorf("put aside:\n%s", diff)
			}
			wantProblems(t, problems, tt.problems)
		})
	}
}

func wantProblems(t *testing.T, problems []Problem, want []string) {
	t.Helper()
	if len(problems) != len(want) {
		t.Fatalf("problems %v, want %v", problems, want)
	}
	for i, part := range want {
		if !strings.Contains(problems[i].Error(), part) {
			t.Errorf("problem %q does not say %q", problems[i], part)
		}
	}
}

func TestTextsThatAreNoDocument(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "is not JSON",
		"[]":                     "is not a JSON object",
		"null":                   "is not a JSON object",
		`"compute5"`:             "is not a JSON object",
		`{"a":{}`:                "is not JSON: byte 7",
		`{"a":{},}`:              "is not JSON",
		`{"a":{"ram_used":}}`:    "is not JSON",
		`{a:{}}`:                 "is not JSON",
		`{"a":{}} {"b":{}}`:      "is not one JSON object",
		`{"a":{}} x`:             "is not one JSON object",
		"{\"a\xff\":{}}":         "is not UTF-8",
		`{"a":{"ram_used":NaN}}`: "is not JSON",
		"<html>":                 "is not JSON",
	} {
		d, problems, err := ParseDocument([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
		if d.Resources != nil || problems != nil {
			t.Errorf("%q: something is told: %v %v", text, d, problems)
		}
	}
}

func TestErrorsAreShort(t *testing.T) {
	_, problems, err := ParseDocument([]byte(`{"` + strings.Repeat("ö", 90) + `":{"ram_used":"` + strings.Repeat("ü", 1<<12) + `"}}`))
	if err != nil || len(problems) != 1 || len(problems[0].Error()) > 400 {
		t.Errorf("%v, %d problems, the first of %d bytes", err, len(problems), len(problems[0].Error()))
	}
}

func FuzzParseDocument(f *testing.F) {
	f.Add(seed)
	f.Add([]byte(`{"a":{"ram_used":"1e309","instances":-0,"x":[{}]},"a":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, _, err := ParseDocument(text)
		if err != nil {
			return
		}
		for name, r := range d.Resources {
			if checkName(name) != nil || d.PutAside[name] {
				t.Errorf("%q is told", name)
			}
			for _, n := range []*float64{r.DiskAvailable, r.DiskUsed, r.RAMAvailable, r.RAMUsed, r.VCPUAvailable, r.VCPUUsed} {
				if n != nil && !(*n >= 0 && *n <= math.MaxFloat64) {
					t.Errorf("%q has %v", name, *n)
				}
			}
		}
	})
}
