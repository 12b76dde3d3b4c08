package correlator

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

const (
	benchEndpoints = 300_000
	benchPIDs      = 1_000
)

// benchMap has a /22 of 10.0.0.0/8 for each of benchPIDs PIDs, and a loopback.
func benchMap(moved int) *schemas.NetworkMap {
	m := alto.NetworkMap{alto.DefaultPID: {IPv4: []string{"0.0.0.0/0"}}}
	for i := range benchPIDs {
		m[fmt.Sprintf("pid100:%08x", i+1)] = schemas.EndpointAddressGroup{IPv4: []string{
			fmt.Sprintf("10.%d.%d.0/22", ((i+moved)%benchPIDs)/64, ((i+moved)%benchPIDs)%64*4), fmt.Sprintf("192.0.%d.%d/32", i/256, i%256),
		}}
	}
	return wholeMap("default", m)
}

// benchResource is the n-th of the endpoints: 300 in each prefix, of 100 sites.
func benchResource(n int, used float64) *schemas.ComputeResource {
	prefix, host := n%benchPIDs, n/benchPIDs
	return &schemas.ComputeResource{
		Source: "openstack-1", Kind: "openstack", Name: fmt.Sprintf("host-%06d", n), Site: ptr(fmt.Sprintf("site-%d", n%100)),
		Addresses:     []string{fmt.Sprintf("10.%d.%d.%d", prefix/64, prefix%64*4+host/250, host%250+1)},
		DiskAvailable: ptr(1833.0), DiskUsed: ptr(984.0), RAMAvailable: ptr(130520.0), RAMUsed: ptr(127296.0),
		VCPUAvailable: ptr(80.0), VCPUUsed: &used, Instances: ptr[int64](29),
		Free: &schemas.Amounts{VCPU: ptr(80 - used), RAM: ptr(3224.0), Disk: ptr(849.0)},
	}
}

// benchResources are records as they come from the topic.
func benchResources(b *testing.B, s Serdes) [][]byte {
	var values [][]byte
	for n := range benchEndpoints {
		value, err := s.Resources.Encode(benchResource(n, 70))
		if err != nil {
			b.Fatal(err)
		}
		values = append(values, value)
	}
	return values
}

// BenchmarkPlace places 300,000 endpoints, from events to encoded records that are compared with the table; decode is
// with the decoding of what they are read from.
func BenchmarkPlace(b *testing.B) {
	spec, serdes := newSpec(b, Config{})
	values := benchResources(b, serdes)
	events := make([]Event, len(values))
	for n := range values {
		events[n] = eventOf(b, serdes, n, values[n])
	}
	place := func(b *testing.B, event func(n int) Event) {
		began := processorTime(b)
		for b.Loop() {
			m := stream.NewMachine(spec)
			for n := range values {
				m.Apply(event(n), stream.Cause{})
			}
			m.Apply(mapped(defaultMap, benchMap(0)), stream.Cause{})
			if changes, _ := m.Flush(); len(changes) != benchEndpoints+benchPIDs+100+1 {
				b.Fatalf("%d records", len(changes))
			}
		}
		endpoints := float64(b.N) * benchEndpoints
		b.ReportMetric(endpoints/b.Elapsed().Seconds(), "endpoints/s")
		b.ReportMetric(float64((processorTime(b)-began).Microseconds())/endpoints, "cpu-µs/endpoint")
	}
	b.Run("alone", func(b *testing.B) { place(b, func(n int) Event { return events[n] }) })
	b.Run("decode", func(b *testing.B) { place(b, func(n int) Event { return eventOf(b, serdes, n, values[n]) }) })
}

func eventOf(b *testing.B, s Serdes, n int, value []byte) Event {
	r, err := s.Resources.Decode(value)
	if err != nil {
		b.Fatal(err)
	}
	return told(fmt.Sprintf("openstack-1|host-%06d", n), r)
}

// BenchmarkChange is one change among 300,000 endpoints: of one resource; of the
// network map, so that 300 endpoints move; and so that none does.
func BenchmarkChange(b *testing.B) {
	spec, _ := newSpec(b, Config{})
	m := stream.NewMachine(spec)
	before := heap()
	for n := range benchEndpoints {
		m.Apply(told(fmt.Sprintf("openstack-1|host-%06d", n), benchResource(n, 70)), stream.Cause{})
	}
	m.Apply(mapped(defaultMap, benchMap(0)), stream.Cause{})
	m.Flush()
	memory := float64(heap()-before) / benchEndpoints
	change := func(name string, event func(i int) Event) {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); {
				i++
				m.Apply(event(i), stream.Cause{})
				if changes, _ := m.Flush(); len(changes) == 0 {
					b.Fatal("nothing changed")
				}
			}
			b.ReportMetric(memory, "B/endpoint")
		})
	}
	change("resource", func(i int) Event {
		return told("openstack-1|host-000007", benchResource(7, float64(i%64)))
	})
	one, other := benchMap(0), benchMap(0)
	moved := other.NetworkMap["pid100:00000001"]
	other.NetworkMap["pid100:00000001"] = other.NetworkMap["pid100:00000002"]
	other.NetworkMap["pid100:00000002"] = moved
	other.Meta.VTag.Tag = "another"
	change("map=moves-600", func(i int) Event { return mapped(defaultMap, []*schemas.NetworkMap{one, other}[i%2]) })
	same := *one
	same.Meta = &schemas.NetworkMapMeta{VTag: schemas.VersionTag{ResourceID: defaultMap, Tag: "same"}}
	change("map=moves-none", func(i int) Event { return mapped(defaultMap, []*schemas.NetworkMap{one, &same}[i%2]) })
}

// processorTime is that of this process, which is less noisy than time on a machine that does other things.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
