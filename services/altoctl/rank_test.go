package altoctl

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// rankable fills the topics with a network and two sites: near is full but for 4 vcpu.
func rankable(l lab) {
	l.Helper()
	tag := schemas.VersionTag{ResourceID: "networkmap-default", Tag: "t1"}
	write(l, schemas.NetworkMapsTopic, tag.ResourceID, &schemas.NetworkMap{
		Meta: &schemas.NetworkMapMeta{VTag: tag}, NetworkMap: alto.NetworkMap{"pid1:a": {IPv4: []string{"10.0.0.0/8"}}, "pid1:b": {}, "pid1:c": {}},
	})
	putCosts(l, tag, map[string]float64{"pid1:a": 0, "pid1:b": 10, "pid1:c": 20})
	write(l, schemas.EndpointPropertiesTopic, tag.ResourceID, &schemas.EndpointProperties{Entity: tag.ResourceID, DependentVTags: []schemas.VersionTag{tag}})
	for name, at := range map[string]struct {
		pid  string
		free float64
	}{"near": {"pid1:b", 4}, "far": {"pid1:c", 60}} {
		write(l, schemas.EndpointPropertiesTopic, ".ane:dc."+name, &schemas.EndpointProperties{
			Entity: ".ane:dc." + name, ToldBy: new("dc|" + name), Placed: true, Properties: map[string]any{"priv:site": name},
			Attachments: []schemas.Attachment{{NetworkMap: tag.ResourceID, PID: at.pid, FoundBy: "router"}},
			Classes:     map[string]schemas.Capacity{"vcpu": {Free: new(at.free), Total: new(80.0)}, "ram": {Free: new(65536.0)}},
		})
	}
}

func putCosts(l lab, tag schemas.VersionTag, row map[string]float64) {
	l.Helper()
	write(l, schemas.CostMapsTopic, "costmap-default-routingcost", &schemas.CostMap{
		Meta:    &schemas.CostMapMeta{DependentVTags: []schemas.VersionTag{tag}, CostType: schemas.CostType{CostMode: "numerical", CostMetric: "routingcost"}},
		CostMap: alto.CostMap{"pid1:a": row, "pid1:b": {"pid1:b": 0}, "pid1:c": {"pid1:c": 0}},
	})
}

func TestRank(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	rankable(l)
	out, errs, err := l.call("rank", "--from", "10.1.2.3", "--vcpu", "4", "--ram", "32G")
	if err != nil || errs != "" {
		t.Fatalf("%v: %s", err, errs)
	}
	is(t, out, `
from pid1:a (10.0.0.0/8): 32 GB ram, 4 vcpu
   SITE  ROUTINGCOST  AT      HOSTS  SCORE  FREE ON THE BEST
1  near  10           pid1:b  1      -      64 GB ram, 4 vcpu
2  far   20           pid1:c  1      -      64 GB ram, 60 vcpu
`)
	out, _, err = l.call("rank", "--from", "pid1:a", "--vcpu", "8", "--metric", "routingcost<=15")
	if !errors.Is(err, ErrNoSite) {
		t.Fatalf("%v, want %v", err, ErrNoSite)
	}
	is(t, out, `
from pid1:a: 8 vcpu, routingcost<=15
no site can take it
not far: routingcost to pid1:c is 20, more than 15
not near: 4 vcpu free of 80, 8 needed
`)
	if out, _, err := l.call("rank", "--from", "pid1:a", "--vcpu", "800", "--json"); !errors.Is(err, ErrNoSite) || !strings.Contains(out, `"vcpu"`) {
		t.Errorf("%v, want %v; %s", err, ErrNoSite, out)
	}
	out, _, err = l.call("rank", "--from", "pid1:a", "--json")
	if err != nil || !strings.Contains(out, `"pid": "pid1:b"`) || !strings.Contains(out, `"resource_id": "networkmap-default"`) {
		t.Errorf("%v, %s", err, out)
	}
	write(l, schemas.RawTopologyTopic, "default|mrt:f/1|node|3|0|asn=1,router=0a000001", &schemas.RawTopology{
		Topology: "default", Source: "mrt:f/1", Kind: schemas.KindNode, ProtocolID: new(uint8(3)), Identifier: new(uint64),
		LocalNode: &schemas.NodeDescriptor{ASN: new(uint32(1)), IGPRouterID: new("0a000001")}, Attributes: &schemas.Attributes{NodeName: new("roma")},
	})
	for want, args := range map[string][]string{
		`"pid1:0a000001" is no PID of networkmap-default and no address`: {"rank", "--from", "roma"},
		`"napoli" is no PID of networkmap-default and no address`:        {"rank", "--from", "napoli"},
		"203.0.113.1 is in no PID of networkmap-default":                 {"rank", "--from", "203.0.113.1"},
		"there is no network map networkmap-metro":                       {"rank", "--from", "pid1:a", "--topology", "metro"},
		"there is no cost map costmap-default-hopcount; of networkmap-default there are routingcost (COST_METRICS of cost-builder)": {
			"rank", "--from", "pid1:a", "--metric", "hopcount",
		},
	} {
		if out, _, err := l.call(args...); err == nil || err.Error() != want || out != "" {
			t.Errorf("%q: %v, want %s; %s", args, err, want, out)
		}
	}
}

// TestRankWatch prints the ranking again when costs change it, and waits for the cost map of a new network map.
func TestRankWatch(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	rankable(l)
	ctx, cancel := context.WithCancel(t.Context())
	read, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, l.config, []string{"rank", "--from", "pid1:a", "--watch"}, w, w) }()
	seen := make(chan string, 100)
	go func() {
		b := make([]byte, 1<<16)
		for {
			n, err := read.Read(b)
			if err != nil {
				return
			}
			seen <- string(b[:n])
		}
	}()
	all := ""
	await := func(want string) {
		t.Helper()
		for after := time.After(30 * time.Second); !strings.Contains(all, want); {
			select {
			case text := <-seen:
				all += text
			case <-after:
				t.Fatalf("not in time: %q in\n%s", want, all)
			}
		}
	}
	await("1  near  10")
	next := schemas.VersionTag{ResourceID: "networkmap-default", Tag: "t2"}
	write(l, schemas.NetworkMapsTopic, next.ResourceID, &schemas.NetworkMap{
		Meta: &schemas.NetworkMapMeta{VTag: next}, NetworkMap: alto.NetworkMap{"pid1:a": {}, "pid1:b": {}, "pid1:c": {}},
	})
	write[schemas.EndpointProperties](l, schemas.EndpointPropertiesTopic, ".ane:dc.none", nil) // another change meanwhile
	time.Sleep(200 * time.Millisecond)
	putCosts(l, next, map[string]float64{"pid1:a": 0, "pid1:b": 30, "pid1:c": 20})
	await("1  far   20")
	if strings.Contains(all, "is on its way") {
		t.Errorf("maps that do not fit are an answer:\n%s", all)
	}
	write[schemas.EndpointProperties](l, schemas.EndpointPropertiesTopic, ".ane:dc.far", nil)
	await("1  near  30")
	cancel()
	_ = read.Close()
	<-ended
}
