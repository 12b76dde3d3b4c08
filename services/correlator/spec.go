package correlator

import (
	"fmt"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Serdes read and write the topics of the processor.
type Serdes struct {
	Resources  *avro.Serde[schemas.ComputeResource]
	Maps       *avro.Serde[schemas.NetworkMap]
	Properties *avro.Serde[Record]
}

// Spec returns the processor: all compute_resources and network_maps in,
// endpoint-properties out, by entity. The serde of the output is registered before the
// first event.
func Spec(c Config, method *schemas.CATSMethod, s Serdes) stream.Spec[*State, Event, avro.Encoded] {
	return stream.Spec[*State, Event, avro.Encoded]{
		Name: "correlator",
		Inputs: []stream.Input[Event]{
			stream.InputOf(schemas.ComputeResourcesTopic, s.Resources, told),
			stream.InputOf(schemas.NetworkMapsTopic, s.Maps, newMapper()),
		},
		Output: stream.Table[avro.Encoded]{
			Topic: schemas.EndpointPropertiesTopic, Serde: avro.EncodedSerde[Record]{Serde: s.Properties},
		},
		Init:  func() *State { return newState(c.Sites, method, s.Properties) },
		Step:  Step,
		Flush: Flush{},
		Owns: func(partition, partitions int, owned bool) Event {
			return Owned{Partition: partition, Partitions: partitions, Owned: owned}
		},
	}
}

func newState(sites Sites, method *schemas.CATSMethod, serde *avro.Serde[Record]) *State {
	return &State{
		encode: func(room []byte, r *Record) []byte {
			b, err := serde.Append(room, r)
			if err != nil {
				panic(fmt.Sprintf("a record of %s does not fit its schema: %v", schemas.EndpointPropertiesTopic, err))
			}
			return b
		},
		method: method, written: written(method), network: network{maps: map[string]*networkMap{}, sites: sites},
		resources: map[string]*standing{}, shares: newShares(), index: newIndex(), wereMaps: map[string]*networkMap{},
	}
}

func told(key string, r *schemas.ComputeResource) Event {
	if r == nil {
		return Told{Key: key}
	}
	return Told{key, newResource(key, r)}
}

// newMapper returns what makes events of the records of network_maps. Large maps come in parts: all
// partitions of the output share the maps that these make.
func newMapper() func(key string, m *schemas.NetworkMap) Event {
	reader := versioned.NewNetworkReader()
	return func(key string, m *schemas.NetworkMap) Event {
		id, state, whole := reader.Take(key, m)
		isView := whole != nil && whole.Meta.View != nil // endpoints are placed at routers
		if state == versioned.Unchanged || isView {
			return Mapped{}
		}
		return Mapped{id, newNetworkMap(id, whole)}
	}
}
