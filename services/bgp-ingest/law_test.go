package bgpingest

import (
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

// A speaker that says after a restart of the service what it said before changes
// nothing but its own state: every record is the same when it was written and read.
func TestWhatIsSaidAgainAfterARestartIsNotPublished(t *testing.T) {
	serde := streamtest.Serde[schemas.RawTopology](t, schemas.RawTopologyTopic)
	spec := Spec(Config{Topology: "default", StaleTime: staleTime, MaxObjects: 1_000_000}, serde)
	say := func(m *stream.Machine[*State, Event, avro.Encoded]) []stream.Change[avro.Encoded] {
		m.Apply(TakenOver{}, stream.Cause{})
		m.Apply(Up{Source: "s", ASN: 100}, stream.Cause{})
		for _, test := range recordTests {
			m.Apply(Update{Source: "s", Update: bgpls.Update{
				Reach: []bgpls.NLRI{test.nlri}, Attributes: test.attributes, AttributesLost: test.lost,
			}}, stream.Cause{})
		}
		m.Apply(endOfRIB("s"), stream.Cause{})
		changes, _ := m.Flush()
		return changes
	}
	restarted := stream.NewMachine(spec)
	for _, c := range say(stream.NewMachine(spec)) {
		restarted.Load(c.Key, c.Value)
	}
	for _, c := range say(restarted) {
		if !strings.HasSuffix(c.Key, "|peer") {
			t.Errorf("%s is published again", c.Key)
		}
	}
}
