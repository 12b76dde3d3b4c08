package bgpingest

import (
	"strings"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Spec returns the processor: events of speakers in, the table raw-topology out.
func Spec(topology string, staleTime time.Duration, serde *avro.Serde[schemas.RawTopology]) stream.Spec[*State, Event, schemas.RawTopology] {
	return stream.Spec[*State, Event, schemas.RawTopology]{
		Name:   "bgp-ingest",
		Output: stream.Table[schemas.RawTopology]{Topic: schemas.RawTopologyTopic, Serde: serde},
		Init:   func() *State { return newState(topology, staleTime) },
		Step:   Step,
		Flush:  Flush{},
		Restore: func(key string, r *schemas.RawTopology) Event {
			return Restored{Key: key, Record: r}
		},
		Stop: func() Event { return Stopped{} },
		Wake: func(name string) Event {
			at := strings.LastIndex(name, alarmSeparator)
			return StaleTimeOver{Source: name[:at], epoch: name[at+1:]}
		},
	}
}
