package mapbuilder

import (
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// Spec returns the processor: raw-topology in, network_maps out.
func Spec(o ted.Ownership, options ted.Options, syncTimeout time.Duration, raw *avro.Serde[schemas.RawTopology], maps *avro.Serde[schemas.NetworkMap]) stream.Spec[*State, Event, schemas.NetworkMap] {
	return stream.Spec[*State, Event, schemas.NetworkMap]{
		Name: "map-builder",
		Inputs: []stream.Input[Event]{
			stream.InputOf(schemas.RawTopologyTopic, raw, func(key string, r *schemas.RawTopology) Event { return Told{key, r} }),
		},
		Output:  stream.Table[schemas.NetworkMap]{Topic: schemas.NetworkMapsTopic, Serde: maps},
		Init:    func() *State { return newState(o, options, syncTimeout) },
		Step:    Step,
		Flush:   Flush{},
		Restore: func(key string, m *schemas.NetworkMap) Event { return Published{key, m != nil} },
		Wake:    func(topology string) Event { return SyncTimeoutOver{topology} },
		StandBy: func() Event { return StoodBy{} },
	}
}
