package bgpingest

import (
	"testing"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

// A speaker that says after a restart of the service what it said before changes
// nothing but its own state: every record is the same when it was written and read.
func TestWhatIsSaidAgainAfterARestartIsNotPublished(t *testing.T) {
	spec := Spec("default", staleTime, streamtest.Serde[schemas.RawTopology](t, schemas.RawTopologyTopic))
	say := func(m *stream.Machine[*State, Event, schemas.RawTopology]) []stream.Change[schemas.RawTopology] {
		m.Apply(Up{Source: "s", ASN: 100}, stream.Cause{})
		for _, test := range recordTests {
			m.Apply(Update{"s", bgpls.Update{
				Reach: []bgpls.NLRI{test.nlri}, Attributes: test.attributes, AttributesLost: test.lost,
			}}, stream.Cause{})
		}
		m.Apply(endOfRIB("s"), stream.Cause{})
		changes, _ := m.Flush()
		return changes
	}
	restarted := stream.NewMachine(spec)
	for _, c := range say(stream.NewMachine(spec)) {
		b, err := spec.Output.Serde.Encode(c.Value)
		if err != nil {
			t.Fatalf("%s: %v", c.Key, err)
		}
		record, err := spec.Output.Serde.Decode(b)
		if err != nil {
			t.Fatalf("%s: %v", c.Key, err)
		}
		restarted.Load(c.Key, record)
	}
	for _, c := range say(restarted) {
		t.Errorf("%s is published again", c.Key)
	}
}
