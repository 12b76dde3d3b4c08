package e2e

import (
	"errors"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// What the speaker beside the seed's network says of R4: first, and after the change.
const (
	firstPrefix = "10.4.0.0/16"
	laterPrefix = "10.5.0.0/16"
)

// changedCompute is the compute document after the change: compute5 is gone and the
// others use something else.
const changedCompute = `{
 "compute4": {"disk_available": "1833", "ram_available": "130520", "vcpu_available": "80", "disk_used": "1", "ram_used": "2", "vcpu_used": "3", "instances": "4"},
 "compute6": {"disk_available": 1833, "vcpu_used": 0.5, "instances": 44}
}`

// Costs of the network after the scenario: the link from R2 to R1 costs 15.
var costsAfterScenario = costs{
	r1:         {r1: 0, r2: 10, r3: 10, r4: 20, r5: 20},
	r2:         {r1: 15, r2: 0, r3: 10, r4: 10, r5: 20},
	r3:         {r1: 10, r2: 10, r3: 0, r4: 20, r5: 10},
	r4:         {r1: 25, r2: 10, r3: 20, r4: 0, r5: 30},
	r5:         {r1: 20, r2: 20, r3: 10, r4: 30, r5: 0},
	defaultPID: {defaultPID: 0},
}

// TestKilledService proves that the end of any program at any time leaves no trace in
// the tables: after the same changes they hold the same as without it.
func TestKilledService(t *testing.T) {
	t.Parallel()
	want := runScenario(t, "", nil)
	for _, name := range chainOrder {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runScenario(t, name, want)
		})
	}
}

// runScenario changes everything that can change in the chain, the second half of it
// while one program is dead, and returns what the topics hold then. They must come
// to hold what is wanted, if something is.
func runScenario(t *testing.T, victim string, want content) content {
	prefix := firstPrefix
	s := startSpeaker(t, "127.0.0.21", asn, func() [][]byte {
		return [][]byte{announce(nil, nodeNLRI("4.4.4.4")), announce(nil, prefixNLRI("4.4.4.4", prefix)), endOfRIB()}
	})
	c := newChain(t, 1, s)
	c.start()
	before := seedNetworkMap()
	before[r4] = ipv4(firstPrefix)
	c.networkMapIs(before)
	c.costsAre(routingID, allLinks)
	c.endpointIs("ipv4:192.168.24.10", r2, r4)

	if err := c.network.FailLink("R2", "R3"); err != nil {
		t.Fatal(err)
	}
	if victim != "" {
		c.processes[victim].kill()
	}
	if err := errors.Join(c.network.RestoreLink("R2", "R3"), c.network.SetMetric("R2", "R1", 15)); err != nil {
		t.Fatal(err)
	}
	s.change(func() { prefix = laterPrefix }, withdraw(prefixNLRI("4.4.4.4", firstPrefix)), announce(nil, prefixNLRI("4.4.4.4", laterPrefix)))
	c.replaceFile("compute.json", changedCompute)
	if victim != "" {
		c.start(victim)
	}

	after := seedNetworkMap()
	after[r4] = ipv4(laterPrefix)
	c.networkMapIs(after)
	c.costsAre(routingID, costsAfterScenario)
	if want != nil {
		await(t, func() error { return differ("content", want, c.content()) })
	}
	c.quiet(t)
	got := c.content()
	checkScenario(t, got, after)
	if want != nil {
		if err := differ("content in the end", want, got); err != nil {
			t.Fatal(err)
		}
	}
	return got
}

// checkScenario checks what must hold in any run.
func checkScenario(t *testing.T, got content, networkMap alto.NetworkMap) {
	t.Helper()
	vtag := schemas.VersionTag{ResourceID: networkMapID, Tag: alto.Tag(networkMap)}
	for _, id := range []string{routingID, hopCountID} {
		m, ok := got[schemas.CostMapsTopic][id].(*schemas.CostMap)
		if !ok {
			t.Fatalf("no cost map %s", id)
		}
		if err := differ("network map that "+id+" depends on", []schemas.VersionTag{vtag}, m.Meta.DependentVTags); err != nil {
			t.Error(err)
		}
	}
	if n := len(endpoints(got)); n != 2 {
		t.Errorf("there are %d endpoints, want compute4 and compute6", n)
	}
	for key, v := range got[schemas.RawTopologyTopic] {
		if r, ok := v.(*schemas.RawTopology); ok && r.Kind == schemas.KindPeer && r.Peer.State != schemas.PeerSynced {
			t.Errorf("%s is %s, want synced", key, r.Peer.State)
		}
	}
}
