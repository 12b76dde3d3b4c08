package costbuilder

import (
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// Serdes read and write the topics of the processor.
type Serdes struct {
	Raw   *avro.Serde[schemas.RawTopology]
	Maps  *avro.Serde[schemas.NetworkMap]
	Costs *avro.Serde[versioned.CostRecord]
}

// Spec returns the processor: raw-topology and network_maps in, cost_maps out, for
// each topology in the order of the metrics.
func Spec(metrics []Metric, o ted.Options, l versioned.Limits, s Serdes) stream.Spec[*State, Event, versioned.CostRecord] {
	return stream.Spec[*State, Event, versioned.CostRecord]{
		Name: "cost-builder",
		Inputs: []stream.Input[Event]{
			stream.InputOf(schemas.RawTopologyTopic, s.Raw.Reader(), func(key string, r *schemas.RawTopology) Event { return Told{key, r} }),
			stream.InputOf(schemas.NetworkMapsTopic, s.Maps, func(key string, m *schemas.NetworkMap) Event { return Mapped{key, m} }),
		},
		Output:  stream.Table[versioned.CostRecord]{Topic: schemas.CostMapsTopic, Serde: s.Costs},
		Init:    func() *State { return newState(metrics, o, l) },
		Step:    Step,
		Flush:   Flush{},
		Exact:   true,
		Restore: func(key string, m *versioned.CostRecord) Event { return Held{key, m} },
		Wake:    func(topology string) Event { return More{topology} },
		StandBy: func() Event { return StoodBy{} },
	}
}
