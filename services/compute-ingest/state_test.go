package computeingest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect/document"
)

// ingest is the processor of one source at work, and the output table.
type ingest struct {
	t       testing.TB
	spec    stream.Spec[*State, Event, schemas.ComputeResource]
	machine *stream.Machine[*State, Event, schemas.ComputeResource]
	table   map[string]*schemas.ComputeResource // as a reader decodes it
}

func newIngest(t testing.TB, source string) *ingest {
	spec := Spec(Source{Name: source, Kind: kindDocument}, streamtest.Serde[schemas.ComputeResource](t, schemas.ComputeResourcesTopic))
	return &ingest{t, spec, stream.NewMachine(spec), map[string]*schemas.ComputeResource{}}
}

// apply shows a batch of events and returns the keys that changed.
func (i *ingest) apply(events ...Event) []string {
	i.t.Helper()
	for _, e := range events {
		i.machine.Apply(e, stream.Cause{})
	}
	return i.flush()
}

func (i *ingest) flush() []string {
	i.t.Helper()
	changes, _ := i.machine.Flush()
	var keys []string
	for _, c := range changes {
		keys = append(keys, c.Key)
		if c.Value == nil {
			delete(i.table, c.Key)
			continue
		}
		b, err := i.spec.Output.Serde.Encode(c.Value)
		if err != nil {
			i.t.Fatal(err)
		}
		if i.table[c.Key], err = i.spec.Output.Serde.Decode(b); err != nil {
			i.t.Fatal(err)
		}
	}
	return keys
}

// restart replaces the processor by one that has read the table; it must have
// nothing to say before it has read a document.
func (i *ingest) restart(unreadable ...string) {
	i.t.Helper()
	i.machine = stream.NewMachine(i.spec)
	for key, r := range i.table {
		i.machine.Load(key, r)
	}
	for _, key := range unreadable {
		i.machine.LoadUnreadable(key)
	}
	if keys := i.flush(); keys != nil {
		i.t.Errorf("a restart changes %v", keys)
	}
}

// TestTakeOver has an instance that stood by, and read a document meanwhile, take over from one
// that had not seen it yet: only what differs is put out.
func TestTakeOver(t *testing.T) {
	i := newIngest(t, "static")
	i.apply(read(t, `{"a":{"instances":1},"b":{"instances":2},"c":{"instances":3}}`, 1))
	i.machine = stream.NewMachine(i.spec)
	for _, text := range []string{`{"d":{"instances":9}}`, `{"a":{"instances":1},"b":{"instances":5},"d":{"instances":4}}`} {
		i.machine.Apply(read(t, text, 2), stream.Cause{})
		i.machine.Discard()
	}
	i.machine.Forget()
	for key, r := range i.table {
		i.machine.Load(key, r)
	}
	i.wantChanged([]string{"static|b", "static|d", "static|c"}, i.apply(TakenOver{}))
	i.wantChanged(nil, i.apply(read(t, `{"a":{"instances":1},"b":{"instances":5},"d":{"instances":4}}`, 3)))
}

func (i *ingest) wantChanged(want, got []string) {
	i.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		i.t.Errorf("changed (-want +got):\n%s", diff)
	}
}

// clock is a time of a test, n seconds in.
func clock(n int) time.Time { return time.Unix(1_800_000_000+int64(n), 0).UTC() }

// read is the event of a document's text.
func read(t testing.TB, text string, at int) Read {
	t.Helper()
	reading, err := document.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Read{reading, clock(at)}
}

func sitesRead(t testing.TB, text string, at int) SitesRead {
	t.Helper()
	s, _, err := ParseSites([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return SitesRead{s, clock(at)}
}

func TestARecord(t *testing.T) {
	i := newIngest(t, "static")
	i.apply(
		sitesRead(t, `{"compute5":{"site":"madrid","addresses":["192.168.24.10"],"attachments":["4.4.4.4"]}}`, 0),
		read(t, `{"compute5":{"vcpu_available":"80","vcpu_used":86,"instances":"29"}}`, 1))
	want := &schemas.ComputeResource{
		Source: "static", Kind: "static", Name: "compute5", Site: ptr("madrid"),
		Addresses: []string{"192.168.24.10"}, Attachments: []string{"4.4.4.4"}, AttachmentCosts: map[string]float64{},
		Labels: map[string]string{}, Metrics: map[string]schemas.Metric{}, Free: &schemas.Amounts{VCPU: ptr(0.0)},
		Problems:      []schemas.ResourceProblem{{Field: "free.vcpu", Reason: "86 of 80 are given out: nothing is free"}},
		VCPUAvailable: ptr(80.0), VCPUUsed: ptr(86.0), Instances: ptr[int64](29), ObservedAt: clock(1),
	}
	if diff := cmp.Diff(want, i.table["static|compute5"]); diff != "" {
		t.Error(diff)
	}
}

func TestDocumentsOneAfterTheOther(t *testing.T) {
	i := newIngest(t, "static")
	steps := []struct {
		name, text string
		changed    []string
	}{
		{"the first", `{"a":{"ram_used":1},"b":{"ram_used":1}}`, []string{"static|a", "static|b"}},
		{"the same", `{"b":{"ram_used":"1"},"a":{"ram_used":1.0}}`, nil},
		{"one changes", `{"a":{"ram_used":2},"b":{"ram_used":1}}`, []string{"static|a"}},
		{"one is wrong: its last good record stays, and is marked", `{"a":{"ram_used":-2},"b":{"ram_used":2}}`, []string{"static|a", "static|b"}},
		{"one is there twice", `{"a":{"ram_used":7},"a":{"ram_used":8},"b":{"ram_used":2}}`, []string{"static|a"}},
		{"one is new and wrong: it has no record", `{"a":{"ram_used":2},"b":{"ram_used":2},"c":{"ram_used":"x"}}`, []string{"static|a"}},
		{"it becomes good", `{"a":{"ram_used":2},"b":{"ram_used":2},"c":{"ram_used":3}}`, []string{"static|c"}},
		{"one goes", `{"a":{"ram_used":2},"c":{"ram_used":3}}`, []string{"static|b"}},
		{"a field goes", `{"a":{},"c":{"ram_used":3}}`, []string{"static|a"}},
		{"one that was wrong goes", `{"c":{"ram_used":3}}`, []string{"static|a"}},
		{"all go", `{}`, []string{"static|c"}},
		{"all are gone", `{}`, nil},
	}
	for at, step := range steps {
		got := i.apply(read(t, step.text, at))
		if diff := cmp.Diff(step.changed, got); diff != "" {
			t.Errorf("%s: changed (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestObservedAtIsWhenTheContentWasFirstSeen(t *testing.T) {
	i := newIngest(t, "static")
	observed := func() time.Time { return i.table["static|a"].ObservedAt.UTC() }
	want := func(at int) {
		t.Helper()
		if !observed().Equal(clock(at)) {
			t.Errorf("observed at %v, want %v", observed(), clock(at))
		}
	}
	i.apply(read(t, `{"a":{"ram_used":1}}`, 1))
	want(1)
	i.apply(read(t, `{"a":{"ram_used":1},"b":{}}`, 2))
	want(1)
	i.restart()
	i.apply(read(t, `{"a":{"ram_used":1}}`, 3))
	want(1)
	i.apply(read(t, `{"a":{"ram_used":2}}`, 4))
	want(4)
	i.apply(sitesRead(t, `{"a":{"site":"madrid"}}`, 5))
	want(5)
}

func TestSites(t *testing.T) {
	i := newIngest(t, "static")
	site := func(name string) string {
		if r := i.table["static|"+name]; r != nil && r.Site != nil {
			return *r.Site
		}
		return ""
	}
	steps := []struct {
		name    string
		event   Event
		changed []string
		a, b    string // sites
	}{
		{"resources before sites", read(t, `{"a":{"ram_used":1}}`, 0), []string{"static|a"}, "", ""},
		{"sites", sitesRead(t, `{"a":{"site":"x"},"b":{"site":"y"}}`, 1), []string{"static|a"}, "x", ""},
		{"a resource after its site", read(t, `{"a":{"ram_used":1},"b":{}}`, 2), []string{"static|b"}, "x", "y"},
		{"the same sites", sitesRead(t, `{"b":{"site":"y"},"a":{"site":"x"}}`, 3), nil, "x", "y"},
		{"the source's own entry counts first", sitesRead(t, `{"a":{"site":"x"},"b":{"site":"y"},"static|b":{"site":"z"},"dc1|a":{}}`, 4), []string{"static|b"}, "x", "z"},
		{"a wrong entry changes nothing", sitesRead(t, `{"a":[],"static|b":{"site":"z"}}`, 5), nil, "x", "z"},
		{"a resource changes while its entry is wrong", read(t, `{"a":{"ram_used":2},"b":{}}`, 6), []string{"static|a"}, "x", "z"},
		{"the site of a resource with a wrong field", read(t, `{"a":{"ram_used":-1},"b":{}}`, 7), []string{"static|a"}, "x", "z"},
		{"it moves nevertheless", sitesRead(t, `{"a":{"site":"w"}}`, 8), []string{"static|a", "static|b"}, "w", ""},
		{"no sites", SitesRead{Sites{}, clock(9)}, []string{"static|a"}, "", ""},
	}
	for _, step := range steps {
		got := i.apply(step.event)
		if diff := cmp.Diff(step.changed, got); diff != "" {
			t.Errorf("%s: changed (-want +got):\n%s", step.name, diff)
		}
		if site("a") != step.a || site("b") != step.b {
			t.Errorf("%s: a is in %q, b in %q, want %q, %q", step.name, site("a"), site("b"), step.a, step.b)
		}
	}
	if ram := i.table["static|a"].RAMUsed; ram == nil || *ram != 2 {
		t.Errorf("the last good record of a is lost: %v", ram)
	}
}

// While this service was down, resources left the document, changed and came.
func TestRestart(t *testing.T) {
	i := newIngest(t, "static")
	i.table["other|a"] = &schemas.ComputeResource{Source: "other", Kind: "static", Name: "a"}
	i.table["static.b|a"] = &schemas.ComputeResource{Source: "static.b", Kind: "static", Name: "a"}
	i.restart()
	i.wantChanged([]string{"static|a", "static|b", "static|c"}, i.apply(
		sitesRead(t, `{"a":{"addresses":["192.0.2.1"]}}`, 0), read(t, `{"a":{"ram_used":1},"b":{"ram_used":1},"c":{"ram_used":1}}`, 0)))
	i.restart()
	i.wantChanged(nil, i.apply(sitesRead(t, `{"a":{"addresses":["192.0.2.1"]}}`, 1)))
	i.wantChanged([]string{"static|a", "static|b", "static|d", "static|c"}, i.apply(read(t, `{"a":{"ram_used":"x"},"b":{"ram_used":2},"d":{}}`, 1)))
	if _, ok := i.table["static|c"]; ok {
		t.Error("c is still there")
	}
	i.restart()
	i.wantChanged([]string{"static|a", "static|b", "static|d"}, i.apply(SitesRead{Sites{}, clock(2)}, read(t, `{}`, 2)))
	if len(i.table) != 2 {
		t.Errorf("left: %v", i.table)
	}
}

func TestRestartWhileTheSitesCannotBeRead(t *testing.T) {
	i := newIngest(t, "static")
	i.apply(sitesRead(t, `{"a":{"site":"x"}}`, 0), read(t, `{"a":{"ram_used":1}}`, 0))
	i.restart()
	i.wantChanged(nil, i.apply(read(t, `{"a":{"ram_used":1}}`, 1)))
	i.wantChanged([]string{"static|a", "static|b"}, i.apply(read(t, `{"a":{"ram_used":2},"b":{}}`, 2)))
	if r := i.table["static|a"]; r.Site == nil || *r.Site != "x" {
		t.Errorf("the site is lost: %v", r.Site)
	}
}

func TestARecordThatCannotBeRead(t *testing.T) {
	for name, tt := range map[string]struct {
		text    string
		changed []string
	}{
		"is replaced":                       {`{"a":{}}`, []string{"static|a"}},
		"is withdrawn":                      {`{}`, []string{"static|a"}},
		"stays while the resource is wrong": {`{"a":1}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIngest(t, "static")
			i.restart("static|a")
			i.wantChanged(nil, i.apply(sitesRead(t, `{"a":{"site":"x"}}`, 0)))
			i.wantChanged(tt.changed, i.apply(read(t, tt.text, 1)))
		})
	}
}
