package e2e

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

const (
	failures = "altostream_compute_read_failures_total"
	putAside = "altostream_compute_put_aside_total"
)

// wrongDocuments are what takes the place of the compute document, one after the
// other: what is counted of each, and what compute5 uses then.
var wrongDocuments = []struct {
	name, text string
	counter    string
	diskUsed   float64 // of compute5 then
}{
	{"not JSON", `{"compute4": {`, failures, 984},
	{"no object", `["compute4"]`, failures, 984},
	{"empty", ``, failures, 984},
	{"not UTF-8", "{\"compute4\": \"\xff\"}", failures, 984},
	{"negative", `{"compute4": {"disk_used": -1}, "compute5": {"disk_used": 5}, "compute6": {}}`, putAside, 5},
	{"not a number", `{"compute4": {"vcpu_used": "many"}, "compute5": {"disk_used": 6}, "compute6": {}}`, putAside, 6},
	{"infinite", `{"compute4": {"vcpu_used": 1e999}, "compute5": {"disk_used": 7}, "compute6": {}}`, putAside, 7},
	{"no fields", `{"compute4": null, "compute5": {"disk_used": 8}, "compute6": {}}`, putAside, 8},
	{"wrong names", `{"": {}, "a|b": {}, "compute4": [], "compute5": {"disk_used": 9}, "compute6": {}}`, putAside, 9},
}

var all = []string{"seed|compute4", "seed|compute5", "seed|compute6"}

// TestComputeDocuments replaces the compute document by wrong ones: each is counted,
// and the wrong resource keeps what it told last, marked, as the others get theirs.
func TestComputeDocuments(t *testing.T) {
	t.Parallel()
	c := newChain(t, 1)
	c.env["compute-ingest"] = append(c.env["compute-ingest"], "COMPUTE_POLL_INTERVAL=100ms")
	c.start("compute-ingest", "correlator")
	ingest := c.processes["compute-ingest"]
	await(t, func() error { return c.resourcesAre(all, 984) })
	first := unmarked(c.content()[schemas.ComputeResourcesTopic]["seed|compute4"])
	for _, d := range wrongDocuments {
		counted := ingest.counter(d.counter)
		c.replaceFile("compute.json", d.text)
		await(t, func() error {
			if ingest.counter(d.counter) == counted {
				return fmt.Errorf("%s: %s stays %v", d.name, d.counter, counted)
			}
			return c.resourcesAre(all, d.diskUsed)
		})
		if err := differ(d.name+": compute4", first, unmarked(c.content()[schemas.ComputeResourcesTopic]["seed|compute4"])); err != nil {
			t.Error(err)
		}
	}
	counted := ingest.counter(failures)
	if err := os.Remove(c.file("compute.json")); err != nil {
		t.Fatal(err)
	}
	await(t, func() error {
		if ingest.counter(failures) == counted {
			return errors.New("no failure is counted for a file that is not there")
		}
		return c.resourcesAre(all, wrongDocuments[len(wrongDocuments)-1].diskUsed)
	})
	ingest.line(`level=ERROR msg="source cannot be read; what it told last stays" .*compute\.json.* error=`)
	ingest.line(`level=WARN msg="parts of a source put aside" .*compute4`)
	c.replaceFile("compute.json", `{"compute5": {"disk_used": 984}}`)
	await(t, func() error { return c.resourcesAre([]string{"seed|compute5"}, 984) })
	ingest.awaitReady()
}

// unmarked is a compute resource without what says that it is not current, and without
// problems and the time at which it was first seen.
func unmarked(record any) any {
	r, ok := record.(*schemas.ComputeResource)
	if !ok {
		return record
	}
	plain := *r
	plain.StaleSince, plain.Problems, plain.ObservedAt = nil, nil, time.Time{}
	return &plain
}

// TestComputeReplicas has two instances read the same document: one publishes, nothing twice, and
// when it is killed the other one goes on.
func TestComputeReplicas(t *testing.T) {
	t.Parallel()
	c := newChain(t, 1)
	c.env["compute-ingest"] = append(c.env["compute-ingest"], "COMPUTE_POLL_INTERVAL=100ms")
	c.start("compute-ingest")
	first := c.processes["compute-ingest"]
	first.line(publishes)
	c.start("compute-ingest")
	second := c.processes["compute-ingest"]
	await(t, func() error { return c.resourcesAre(all, 984) })
	c.replaceFile("compute.json", `{"compute5": {"disk_used": 1}}`)
	await(t, func() error { return c.resourcesAre([]string{"seed|compute5"}, 1) })
	c.quiet(t)
	if second.lastOf(publishes, standsBy) == publishes {
		first, second = second, first
	}
	first.kill()
	c.replaceFile("compute.json", `{"compute5": {"disk_used": 2}, "compute6": {}}`)
	await(t, func() error { return c.resourcesAre([]string{"seed|compute5", "seed|compute6"}, 2) })
	second.line(publishes)
	c.quiet(t)
	checkNoRepeats(t, schemas.ComputeResourcesTopic, c.log(schemas.ComputeResourcesTopic))
}

// TestOneAddressOfTwoSources has two sources of two partitions tell one address: it has one record, in the
// partition of its key, which the end of the one resource does not end.
func TestOneAddressOfTwoSources(t *testing.T) {
	t.Parallel()
	const entity = "ipv4:192.168.24.10"
	c := newChain(t, 12)
	c.replaceFile("east.json", `{"host": {"vcpu_available": 4}}`)
	c.replaceFile("west.json", `{"host": {"vcpu_available": 8}}`)
	c.replaceFile("both.json", `{"host": {"addresses": ["192.168.24.10"]}}`)
	c.env["compute-ingest"] = []string{
		"COMPUTE_SOURCES=east=" + c.file("east.json") + ",west=" + c.file("west.json"), "COMPUTE_SITES=" + c.file("both.json"), "COMPUTE_POLL_INTERVAL=100ms",
	}
	c.start("compute-ingest", "correlator")
	toldBy := func(winner string, others ...string) {
		t.Helper()
		await(t, func() error {
			e, err := value[schemas.EndpointProperties](c.topics, schemas.EndpointPropertiesTopic, entity)
			if err != nil {
				return err
			}
			return differ("who tells "+entity, append([]string{winner}, others...), append([]string{*e.ToldBy}, e.AlsoToldBy...))
		})
	}
	toldBy("east|host", "west|host")
	c.replaceFile("east.json", `{}`)
	toldBy("west|host")
	for _, r := range c.log(schemas.EndpointPropertiesTopic) {
		if r.key == entity && (r.value == nil || r.partition != stream.Partition(entity, 12)) {
			t.Errorf("%s is %v in partition %d", entity, r.value, r.partition)
		}
	}
}

// resourcesAre reports that the compute resources are others, or compute5 uses another
// amount of disk.
func (c *chain) resourcesAre(keys []string, diskUsed float64) error {
	resources := c.content()[schemas.ComputeResourcesTopic]
	for _, key := range keys {
		if _, ok := resources[key]; !ok {
			return fmt.Errorf("there is no resource %s", key)
		}
	}
	if len(resources) != len(keys) {
		return fmt.Errorf("there are %d resources, want %v", len(resources), keys)
	}
	r, ok := resources["seed|compute5"].(*schemas.ComputeResource)
	if !ok || r.DiskUsed == nil || *r.DiskUsed != diskUsed {
		return fmt.Errorf("compute5 is %+v, want disk_used %v", r, diskUsed)
	}
	return nil
}
