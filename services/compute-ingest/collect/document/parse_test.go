package document

import (
	_ "embed"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

//go:embed testdata/seed.json
var seed []byte

func ptr[T any](v T) *T { return &v }

func TestTheSeedsDocument(t *testing.T) {
	d, err := Parse(seed)
	if err != nil || len(d.Problems)+len(d.PutAside) > 0 {
		t.Fatal(err, d)
	}
	if diff := cmp.Diff([]string{"compute4", "compute5", "compute6"}, slices.Sorted(maps.Keys(d.Resources))); diff != "" {
		t.Error(diff)
	}
	want := schemas.ComputeResource{
		DiskAvailable: ptr(1833.0), DiskUsed: ptr(984.0), RAMAvailable: ptr(130520.0), RAMUsed: ptr(127296.0),
		VCPUAvailable: ptr(80.0), VCPUUsed: ptr(70.0), Instances: ptr[int64](29),
		Free: &schemas.Amounts{Disk: ptr(849.0), RAM: ptr(3224.0), VCPU: ptr(10.0)},
	}
	if diff := cmp.Diff(want, *d.Resources["compute5"]); diff != "" {
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
		{`"1500m"`, ptr(1500.0 / 1000 / (1 << 20)), ""}, // thousandths of a byte
		{`"2Gi"`, ptr(2048.0), ""},
		{`"64GB"`, ptr(64e9 / (1 << 20)), ""},
		{`"512 MiB"`, ptr(512.0), ""},
		{`"129e6"`, ptr(129e6), ""},
		{`-1`, nil, "is negative"},
		{`"-0.5"`, nil, "is negative"},
		{`"-1Gi"`, nil, "is negative"},
		{`""`, nil, "is not a number"},
		{`"many"`, nil, "is not a number"},
		{`"NaN"`, nil, "is not a number"},
		{`"Infinity"`, nil, "is not a number"},
		{`"+Inf"`, nil, "is not a number"},
		{`"0x10"`, nil, "is not a number"},
		{`"1_000"`, nil, "is not a number"},
		{`"80 pages"`, nil, "is not a number"},
		{`"2E6024865272343"`, nil, "is out of range"},
		{`"null"`, nil, "is not a number"},
		{`"-"`, nil, "is not a number"},
		{`true`, nil, "is not a number"},
		{`[80]`, nil, "is not a number"},
		{`{"value":80}`, nil, "is not a number"},
		{`1e400`, nil, "is out of range"},
		{`"1e400"`, nil, "is out of range"},
	}
	for _, tt := range tests {
		d, err := Parse([]byte(`{"good":{"ram_used":1},"compute5":{"vcpu_used":1,"ram_used":` + tt.text + `}}`))
		if err != nil {
			t.Fatalf("%s: %v", tt.text, err)
		}
		if _, ok := d.Resources["good"]; !ok {
			t.Errorf("%s: the other resource is put aside too", tt.text)
		}
		r := d.Resources["compute5"]
		if diff := cmp.Diff(tt.want, r.RAMUsed); diff != "" || r.VCPUUsed == nil {
			t.Errorf("%s: vcpu_used %v, ram_used %s", tt.text, r.VCPUUsed, diff)
		}
		problems := d.AllProblems()
		if tt.err == "" {
			wantProblems(t, problems, nil)
			continue
		}
		wantProblems(t, problems, []string{`resource "compute5": ram_used: ` + tt.text + " " + tt.err})
	}
}

func TestInstancesAreWhole(t *testing.T) {
	for text, want := range map[string]*int64{
		`29`: ptr[int64](29), `"29"`: ptr[int64](29), `29.0`: ptr[int64](29), `2.9e1`: ptr[int64](29), `null`: nil,
	} {
		d, err := Parse([]byte(`{"c":{"instances":` + text + `}}`))
		if diff := cmp.Diff(want, d.Resources["c"].Instances); err != nil || d.AllProblems() != nil || diff != "" {
			t.Errorf("%s: %v %v %s", text, err, d.AllProblems(), diff)
		}
	}
	for _, text := range []string{`29.5`, `1e300`, `9007199254740994`} {
		d, _ := Parse([]byte(`{"c":{"instances":` + text + `}}`))
		if d.Resources["c"] != nil || d.PutAside["c"].Reason == "" {
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
			[]string{`resource "a": source: the name is there more than once`}},
		{"one name twice, once escaped", `{"a":{},"\u0061":{}}`, nil, []string{"a"}, []string{"more than once"}},
		{"one field twice", `{"a":{"ram_used":1,"ram_used":2}}`, nil, []string{"a"}, []string{"field ram_used: it is there more than once"}},
		{"one field twice, beside others", `{"a":{"ram_used":1,"ram_used":2,"disk_used":1}}`, []string{"a"}, nil, []string{"ram_used: it is there more than once"}},
		{"empty name", `{"":{}}`, nil, []string{""}, []string{"the name is empty"}},
		{"name with |", `{"a|b":{}}`, nil, []string{"a|b"}, []string{"the name has a '|'"}},
		{"name with a control character", `{"a\nb":{}}`, nil, []string{"a\nb"}, []string{"the name has a control character"}},
		{"a name of 200 bytes", `{"` + strings.Repeat("n", 200) + `":{}}`, []string{strings.Repeat("n", 200)}, nil, nil},
		{"a name of 201 bytes", `{"` + strings.Repeat("n", 201) + `":{}}`, nil, []string{strings.Repeat("n", 201)},
			[]string{"the name has 201 bytes, at most 200 are allowed"}},
		{"nothing can be used", `{"a":{"vcpu_used":"x","disk_used":-1,"ram_used":"y"}}`, nil, []string{"a"}, []string{"field disk_used: -1 is negative"}},
		{"each wrong field costs itself", `{"a":{"vcpu_used":"x","disk_used":-1,"ram_used":1}}`, []string{"a"}, nil,
			[]string{"disk_used: -1 is negative", `vcpu_used: "x" is not a number`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Parse([]byte(tt.document))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.resources, slices.Sorted(maps.Keys(d.Resources))); diff != "" {
				t.Errorf("resources:\n%s", diff)
			}
			if diff := cmp.Diff(tt.putAside, slices.Sorted(maps.Keys(d.PutAside))); diff != "" {
				t.Errorf("put aside:\n%s", diff)
			}
			wantProblems(t, d.AllProblems(), tt.problems)
		})
	}
}

func wantProblems(t *testing.T, problems []collect.Problem, want []string) {
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
		d, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
		if d.Resources != nil || d.AllProblems() != nil {
			t.Errorf("%q: something is told: %v", text, d)
		}
	}
}

func TestErrorsAreShort(t *testing.T) {
	d, err := Parse([]byte(`{"` + strings.Repeat("ö", 90) + `":{"ram_used":"` + strings.Repeat("ü", 1<<12) + `"}}`))
	problems := d.AllProblems()
	if err != nil || len(problems) != 1 || len(problems[0].Error()) > 400 {
		t.Errorf("%v, %d problems, the first of %d bytes", err, len(problems), len(problems[0].Error()))
	}
}

func FuzzParseDocument(f *testing.F) {
	f.Add(seed)
	f.Add([]byte(`{"a":{"ram_used":"1e309","instances":-0,"x":[{}]},"a":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text)
		if err != nil {
			return
		}
		for name, r := range d.Resources {
			if _, aside := d.PutAside[name]; collect.CheckName(name) != nil || aside {
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
