package computeingest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// staleSince returns since when a record is stale, in seconds of the test; -1 if it is not.
func (i *ingest) staleSince(key string) int {
	i.t.Helper()
	r := i.table[key]
	if r == nil {
		i.t.Fatalf("there is no record of %s", key)
	}
	if r.StaleSince == nil {
		return -1
	}
	return int(r.StaleSince.Sub(clock(0)) / time.Second)
}

// A source that cannot be read deletes nothing: its records say since when they are not
// current, and why, until it is read again.
func TestASourceThatCannotBeRead(t *testing.T) {
	i := newIngest(t, "static")
	failed := func(since, at int, reason string) Failed { return Failed{clock(since), clock(at), reason} }
	i.apply(sitesRead(t, `{}`, 0), read(t, `{"a":{"ram_used":1},"b":{"ram_used":2,"disk_used":-1}}`, 1))
	i.wantChanged([]string{"static|a", "static|b"}, i.apply(failed(1, 4, "401 Unauthorized")))
	want := []schemas.ResourceProblem{{Field: "source", Reason: "cannot be read: 401 Unauthorized"}, {Field: "disk_used", Reason: "-1 is negative"}}
	if diff := cmp.Diff(want, i.table["static|b"].Problems); diff != "" || i.staleSince("static|b") != 1 || *i.table["static|b"].RAMUsed != 2 {
		t.Errorf("stale since %d, problems (-want +got):\n%s", i.staleSince("static|b"), diff)
	}
	i.wantChanged([]string{"static|a"}, i.apply(sitesRead(t, `{"a":{"site":"x"}}`, 5)))
	if i.staleSince("static|a") != 1 {
		t.Error("a is no longer stale because its site is known")
	}
	i.restart()
	i.wantChanged(nil, i.apply(sitesRead(t, `{"a":{"site":"x"}}`, 6)))
	i.wantChanged(nil, i.apply(failed(6, 9, "401 Unauthorized")))
	i.wantChanged([]string{"static|a", "static|b"}, i.apply(failed(6, 12, "connection refused")))
	if i.staleSince("static|a") != 1 {
		t.Errorf("after a restart it is stale since %d", i.staleSince("static|a"))
	}
	i.wantChanged([]string{"static|a", "static|b"}, i.apply(read(t, `{"a":{"ram_used":1}}`, 13)))
	if i.staleSince("static|a") != -1 || i.table["static|a"].Problems != nil {
		t.Errorf("it is read again: %+v", i.table["static|a"])
	}
}

// After a failure the same reading, to the pointer, takes the mark away.
func TestTheSameReadingAgain(t *testing.T) {
	i := newIngest(t, "static")
	reading := read(t, `{"a":{"ram_used":1}}`, 1)
	i.apply(sitesRead(t, `{}`, 0), reading)
	i.apply(Failed{clock(1), clock(2), "away"})
	i.wantChanged([]string{"static|a"}, i.apply(reading))
	i.wantChanged(nil, i.apply(reading))
}

// A resource of which nothing can be used keeps what it told, marked since then.
func TestAResourceThatCannotBeUsed(t *testing.T) {
	i := newIngest(t, "static")
	i.apply(sitesRead(t, `{}`, 0), read(t, `{"a":{"vcpu_available":4,"vcpu_used":1}}`, 1))
	i.apply(read(t, `{"a":{"vcpu_available":"many"}}`, 2))
	i.wantChanged(nil, i.apply(read(t, `{"a":{"vcpu_available":"many"}}`, 3)))
	if r := i.table["static|a"]; i.staleSince("static|a") != 2 || *r.Free.VCPU != 3 || len(r.Problems) != 1 {
		t.Errorf("stale since %d: %+v", i.staleSince("static|a"), r)
	}
	i.apply(read(t, `{"a":{"vcpu_available":0,"vcpu_used":16,"disk_available":-57}}`, 4))
	r := i.table["static|a"]
	if i.staleSince("static|a") != -1 || *r.VCPUAvailable != 0 || *r.VCPUUsed != 16 || *r.Free.VCPU != 0 || *r.DiskAvailable != 0 {
		t.Errorf("a full host: %+v", r)
	}
	want := []schemas.ResourceProblem{{Field: "disk_available", Reason: "-57 is negative: there is none"}, {Field: "free.vcpu", Reason: "16 of 0 are given out: nothing is free"}}
	if diff := cmp.Diff(want, r.Problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// A source that tells changes alone withdraws what it says is gone, and nothing else.
func TestChangesAlone(t *testing.T) {
	i := newIngest(t, "static")
	part := func(at int, whole bool, names []string, gone ...string) Read {
		resources := map[string]*schemas.ComputeResource{}
		for _, name := range names {
			resources[name] = &schemas.ComputeResource{Instances: ptr(int64(at))}
		}
		return Read{collect.Reading{Resources: resources, Whole: whole, Gone: gone}, clock(at)}
	}
	i.table["static|old"] = &schemas.ComputeResource{Source: "static", Kind: "static", Name: "old"}
	i.restart()
	i.wantChanged([]string{"static|a"}, i.apply(sitesRead(t, `{}`, 0), part(1, false, []string{"a"})))
	i.wantChanged([]string{"static|a", "static|b", "static|old"}, sorted(i.apply(part(2, true, []string{"a", "b"}))))
	i.wantChanged([]string{"static|b"}, i.apply(part(3, false, []string{"b"})))
	i.wantChanged([]string{"static|a"}, i.apply(part(4, false, nil, "a", "never")))
	if len(i.table) != 1 {
		t.Errorf("left: %v", i.table)
	}
}

func sorted(keys []string) []string {
	slices.Sort(keys)
	return keys
}

// What the sites tell goes before what the source tells, and only that.
func TestSitesAndWhatTheSourceTells(t *testing.T) {
	i := newIngest(t, "static")
	document := `{"a":{"site":"z","addresses":["192.0.2.1"]},"b":{"site":"z"},"c":{"site":"y"}}`
	i.apply(sitesRead(t, `{"a":{"addresses":["192.0.2.9"]},"b":{"attachments":[{"to":"4.4.4.4","cost":5}]}}`, 0), read(t, document, 1))
	a, b, c := i.table["static|a"], i.table["static|b"], i.table["static|c"]
	if *a.Site != "z" || !slices.Equal(a.Addresses, []string{"192.0.2.9"}) || a.Attachments != nil {
		t.Errorf("a: %+v", a)
	}
	if !slices.Equal(b.Attachments, []string{"4.4.4.4"}) || b.AttachmentCosts["4.4.4.4"] != 5 || c.Attachments != nil {
		t.Errorf("b: %+v\nc: %+v", b, c)
	}
	i.apply(sitesRead(t, `{}`, 2))
	if a := i.table["static|a"]; !slices.Equal(a.Addresses, []string{"192.0.2.1"}) {
		t.Errorf("without sites a is at %v", a.Addresses)
	}
}

func TestTheTopologyOfASource(t *testing.T) {
	source := Document("dc1", "/x")
	source.Topology = "vrf-7"
	_, out := Step(newState(source.identity()), read(t, `{"a":{}}`, 1))
	if len(out) != 1 || *out[0].Value.Topology != "vrf-7" || out[0].Value.Kind != "static" {
		t.Errorf("got %+v", out)
	}
}
