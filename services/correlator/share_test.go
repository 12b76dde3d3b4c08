package correlator

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// TestManyAtOnce takes many changes in one flush, which is worked on by all processors, and the same one in each flush: the
// records come to the same.
func TestManyAtOnce(t *testing.T) {
	spec, _ := newSpec(t, Config{})
	const resources, changes = 300, 1500
	random := rand.New(rand.NewPCG(1, 2))
	told := func() Event {
		n := random.IntN(resources)
		key := fmt.Sprintf("cloud-%d|host-%d", n%3, n)
		if random.IntN(4) == 0 {
			return told(key, nil)
		}
		r := &schemas.ComputeResource{
			VCPUAvailable: ptr(float64(random.IntN(64))), VCPUUsed: ptr(float64(random.IntN(64))), Site: ptr(fmt.Sprintf("site-%d", random.IntN(5))),
			Classes: map[string]schemas.ClassAmount{"CUSTOM_FPGA": {Free: ptr(float64(random.IntN(3)))}},
		}
		for range random.IntN(3) { // some of them told by others too
			r.Addresses = append(r.Addresses, fmt.Sprintf("10.0.%d.%d", random.IntN(4), random.IntN(60)))
		}
		return told(key, r)
	}
	events := []Event{mapped(defaultMap, wholeMap("default", alto.NetworkMap{
		"pid1:a": {IPv4: []string{"10.0.0.0/24"}}, "pid1:b": {IPv4: []string{"10.0.1.0/24"}}, "pid1:c": {IPv4: []string{"10.0.0.0/16"}},
	}))}
	for range changes {
		events = append(events, told())
	}
	events = append(events, mapped(defaultMap, wholeMap("default", alto.NetworkMap{
		"pid1:a": {IPv4: []string{"10.0.1.0/24"}}, "pid1:b": {IPv4: []string{"10.0.2.0/24"}}, "pid1:c": {IPv4: []string{"10.0.0.0/22"}},
	})))
	for range changes {
		events = append(events, told())
	}
	want := recordsOf(spec, events, 1)
	for _, batch := range []int{400, len(events)} {
		if diff := cmp.Diff(want, recordsOf(spec, events, batch)); diff != "" {
			t.Errorf("%d changes in each flush:\n%s", batch, diff)
		}
	}
}

// recordsOf returns what the output table holds after events, of which so many are in each flush.
func recordsOf(spec stream.Spec[*State, Event, avro.Encoded], events []Event, batch int) map[string]string {
	m := stream.NewMachine(spec)
	table := map[string]string{}
	flush := func() {
		changes, _ := m.Flush()
		for _, c := range changes {
			if c.Value == nil {
				delete(table, c.Key)
				continue
			}
			table[c.Key] = string(*c.Value)
		}
	}
	for i, e := range events {
		m.Apply(e, stream.Cause{})
		if (i+1)%batch == 0 {
			flush()
		}
	}
	flush()
	return table
}
