package altoctl

import (
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/schemas"
)

// computeTable has a source that is current, one that is stale, and one of which one
// resource is.
func computeTable() map[string]*schemas.ComputeResource {
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	away := schemas.ResourceProblem{Field: "source", Reason: "cannot be read: 401 Unauthorized"}
	table := map[string]*schemas.ComputeResource{
		"dc|one": {
			Site: new("madrid"), Addresses: []string{"192.0.2.1"}, VCPUUsed: new(3.0), VCPUAvailable: new(8.0),
			RAMUsed: new(1.5), Instances: new(int64(4)), Kind: "openstack", State: new("up"), Topology: new("default"),
			Classes:  map[string]schemas.ClassAmount{"VGPU": {Free: new(2.0)}, "odd": {}},
			Problems: []schemas.ResourceProblem{{Field: "free.vcpu", Reason: "3 of 2 are given out: nothing is free"}},
		},
		"dc|two": {Kind: "openstack", State: new("down"), Schedulable: new(false), Topology: new("default"), Site: new("madrid")},
		"half|a": {Kind: "static", Attachments: []string{"4.4.4.4"}, StaleSince: &since, Problems: []schemas.ResourceProblem{{Field: "source", Reason: "many is not a number"}}},
		"half|b": {Kind: "static", Addresses: []string{"2001:db8::1"}},
	}
	for _, name := range []string{"d", "a", "c", "b"} {
		table["edge|"+name] = &schemas.ComputeResource{Kind: "kubernetes", Site: new("bilbao"), StaleSince: &since, Problems: []schemas.ResourceProblem{away}}
	}
	for key, r := range table {
		r.Source, r.Name, _ = strings.Cut(key, "|")
	}
	return table
}

func TestCompute(t *testing.T) {
	now := time.Date(2026, 1, 2, 4, 4, 6, 0, time.Local)
	table := computeTable()
	table["dc|one"].ObservedAt, table["dc|two"].ObservedAt = now.Add(-time.Hour), now.Add(-3*time.Minute)
	table["gone|one"] = &schemas.ComputeResource{Source: "gone", Name: "one", Kind: "static", Site: new("madrid")}
	uncollected := map[string]bool{"gone": true}
	is(t, rendered(t, func(b *strings.Builder) error { return Compute(b, table, uncollected, now) }), `
SOURCE  KIND        TOPOLOGY  RESOURCES  PROBLEMS  CURRENT                                       LAST CHANGE
dc      openstack   default   2          1         yes                                           3m0s ago
edge    kubernetes  -         4          4         STALE since 2026-01-02 03:04:05 (1h0m1s)      -
gone    static      -         1          0         NOT READ: no compute-ingest that has it runs  -
half    static      -         2          1         1 STALE since 2026-01-02 03:04:05 (1h0m1s)    -

RESOURCE  SITE    ADDRESSES    STATE               VCPU USED/ALL  RAM MB USED/ALL  DISK GB USED/ALL  FURTHER FREE  INSTANCES
dc|one    madrid  192.0.2.1    up                  3/8            1.5/?            -                 VGPU=2 odd=?  4
dc|two    madrid  -            down unschedulable  -              -                -                 -             -
edge|a    bilbao  -            STALE               -              -                -                 -             -
edge|b    bilbao  -            STALE               -              -                -                 -             -
edge|c    bilbao  -            STALE               -              -                -                 -             -
edge|d    bilbao  -            STALE               -              -                -                 -             -
gone|one  madrid  -            -                   -              -                -                 -             -
half|a    -       -            STALE               -              -                -                 -             -
half|b    -       2001:db8::1  -                   -              -                -                 -             -
`)
}

// TestSourceWithoutCollector has a source's records, and nobody who reads the source.
func TestSourceWithoutCollector(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	write(l, schemas.ComputeResourcesTopic, "dc|one", &schemas.ComputeResource{Source: "dc", Name: "one", Kind: "static"})
	l.altoctl(nil, []string{"NOT READ: no compute-ingest that has it runs"}, "compute")
}

func TestComputeProblems(t *testing.T) {
	is(t, rendered(t, func(b *strings.Builder) error { return ComputeProblems(b, computeTable()) }), `
SOURCE  FIELD      PROBLEM                                RESOURCES
dc      free.vcpu  3 of 2 are given out: nothing is free  one
edge    source     cannot be read: 401 Unauthorized       a b c and 1 more
half    source     many is not a number                   a
`)
	is(t, rendered(t, func(b *strings.Builder) error {
		return ComputeProblems(b, map[string]*schemas.ComputeResource{"dc|one": {Site: new("madrid")}})
	}), "\nNo problems with 1 compute resource.\n")
}

// TestAddressProblems tells of addresses that several resources tell, in one topology, and of resources that are nowhere.
func TestAddressProblems(t *testing.T) {
	of := func(topology *string, kind string, addresses ...string) *schemas.ComputeResource {
		return &schemas.ComputeResource{Kind: kind, Topology: topology, Addresses: addresses}
	}
	table := map[string]*schemas.ComputeResource{
		"a|host1":  of(nil, "openstack", "192.0.2.1", "2001:db8::1"),
		"b|host1":  of(nil, "kubernetes", "192.0.2.1/32", "2001:DB8:0::1"), // the same name, too
		"c|host1":  of(new("blue"), "openstack", "192.0.2.1"),
		"d|host1":  of(new("green"), "openstack", "192.0.2.1"),
		"load|one": of(nil, "prometheus", "192.0.2.1"),
		"e|v6":     of(nil, "static", "2001:db8::2"),
		"e|lost":   of(nil, "static"),
		"e|hangs":  {Attachments: []string{"4.4.4.4"}},
		"e|stands": {Site: new("madrid")},
	}
	for key, r := range table {
		r.Source, r.Name, _ = strings.Cut(key, "|")
	}
	is(t, rendered(t, func(b *strings.Builder) error { return ComputeProblems(b, table) }), `
SOURCE  FIELD      PROBLEM                             RESOURCES
a       addresses  192.0.2.1 is told by b|host1 too    host1
a       addresses  2001:db8::1 is told by b|host1 too  host1
b       addresses  192.0.2.1 is told by a|host1 too    host1
b       addresses  2001:db8::1 is told by a|host1 too  host1
e       addresses  none, nor attachments or a site     lost
`)
}

// TestAClockThatIsAhead is of a host whose clock is an hour ahead of the reader's.
func TestAClockThatIsAhead(t *testing.T) {
	now := time.Date(2026, 1, 2, 2, 4, 5, 0, time.Local)
	text := rendered(t, func(b *strings.Builder) error { return Compute(b, computeTable(), nil, now) })
	if want := "STALE since 2026-01-02 03:04:05 (0s)"; !strings.Contains(text, want) {
		t.Errorf("got\n%s\nwant %s", text, want)
	}
}
