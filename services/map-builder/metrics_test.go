package mapbuilder

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// TestMetrics shows what is left out, also when it no longer is, and the size and age of maps.
func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	rt, err := service.NewRuntime("map-builder", slog.New(slog.NewTextHandler(io.Discard, nil)), registry, sdktrace.NewTracerProvider().Tracer("test"))
	if err != nil {
		t.Fatal(err)
	}
	spec, err := watched(Spec(ted.Unique, nil, ted.Options{}, time.Minute, limits, nil, nil), time.Minute, rt)
	if err != nil {
		t.Fatal(err)
	}
	value := func(name string, labels map[string]string) float64 {
		t.Helper()
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			for _, m := range family.Metric {
				matching := family.GetName() == name
				for _, l := range m.Label {
					if want, asked := labels[l.GetName()]; asked && want != l.GetValue() {
						matching = false
					}
				}
				if matching {
					return m.Gauge.GetValue()
				}
			}
		}
		t.Fatalf("no metric %s %v", name, labels)
		return 0
	}

	machine := stream.NewMachine(spec)
	tell := func(object string, r *schemas.RawTopology) {
		machine.Apply(Told{"default|" + speakerA + "|" + object, r}, stream.Cause{})
		changes, _ := machine.Flush()
		for _, change := range changes {
			spec.Output.Visible(change, 1234)
		}
	}
	tell("peer", peer(schemas.PeerSynced))
	tell("node|1", object(schemas.KindNode, r1))
	oneWay := object(schemas.KindLink, r1)
	oneWay.RemoteNode, oneWay.Link = object(schemas.KindNode, r2).LocalNode, &schemas.LinkDescriptor{}
	tell("link|1-2", oneWay)
	tell("prefix4|1|10.0.1.0/24", prefix(r1, schemas.KindPrefix4, "10.0.1.0/24", 10))
	found := map[string]string{"topology": "default", "kind": "link", "reason": "one-way", "left_out": "true"}
	if n := value("altostream_topology_findings", found); n != 1 {
		t.Errorf("%v one-way links, want 1", n)
	}
	resource := map[string]string{"resource": "networkmap-default"}
	for name, want := range map[string]float64{"pids": 2, "prefixes": 2, "bytes": 1234, "sources": 1, "stale_sources": 0, "stale_since_seconds": 0} {
		if got := value("altostream_network_map_"+name, resource); got != want {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	if age := time.Now().Unix() - int64(value("altostream_network_map_tag_changed_seconds", resource)); age < 0 || age > 60 {
		t.Errorf("the tag changed %d s ago", age)
	}
	lost := peer(schemas.PeerStale)
	since := time.Unix(1790000000, 0).UTC()
	lost.Peer.Since = &since
	tell("peer", lost)
	if got := value("altostream_network_map_stale_since_seconds", resource); got != 1790000000 {
		t.Errorf("stale since %v", got)
	}
	tell("link|1-2", nil)
	if n := value("altostream_topology_findings", found); n != 0 {
		t.Errorf("%v one-way links, want none any more", n)
	}
	tell("prefix4|1|10.0.1.0/24", nil)
	tell("node|1", nil)
	if n := value("altostream_network_map_pids", resource); n != 0 {
		t.Errorf("%v PIDs of a map that is withdrawn", n)
	}
}
