package mapbuilder

import (
	"time"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// Spec returns the processor: raw-topology in, network_maps out, by router and the views of them.
func Spec(o ted.Ownership, views []View, options ted.Options, syncTimeout time.Duration, l versioned.Limits, raw *avro.Serde[schemas.RawTopology], maps *avro.Serde[schemas.NetworkMap]) stream.Spec[*State, Event, schemas.NetworkMap] {
	return stream.Spec[*State, Event, schemas.NetworkMap]{
		Name: "map-builder",
		Inputs: []stream.Input[Event]{
			stream.InputOf(schemas.RawTopologyTopic, raw.Reader(), func(key string, r *schemas.RawTopology) Event { return Told{key, r} }),
		},
		Output:  stream.Table[schemas.NetworkMap]{Topic: schemas.NetworkMapsTopic, Serde: maps},
		Init:    func() *State { return newState(o, views, options, syncTimeout, l) },
		Step:    Step,
		Flush:   Flush{},
		Exact:   true,
		Restore: func(key string, m *schemas.NetworkMap) Event { return Held{key, m} },
		Wake:    woken,
		StandBy: func() Event { return StoodBy{} },
	}
}
