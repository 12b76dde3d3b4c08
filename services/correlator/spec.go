package correlator

import (
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Serdes read and write the topics of the processor.
type Serdes struct {
	Resources  *avro.Serde[schemas.ComputeResource]
	Maps       *avro.Serde[schemas.NetworkMap]
	Properties *avro.Serde[schemas.EndpointProperties]
}

// Spec returns the processor: compute_resources and all network_maps in,
// endpoint-properties out.
func Spec(s Serdes) stream.Spec[*State, Event, schemas.EndpointProperties] {
	networkMaps := stream.InputOf(schemas.NetworkMapsTopic, s.Maps, mapped)
	networkMaps.Global = true
	return stream.Spec[*State, Event, schemas.EndpointProperties]{
		Name: "correlator",
		Inputs: []stream.Input[Event]{
			stream.InputOf(schemas.ComputeResourcesTopic, s.Resources, told),
			networkMaps,
		},
		Output: stream.Table[schemas.EndpointProperties]{Topic: schemas.EndpointPropertiesTopic, Serde: s.Properties},
		Init:   newState,
		Step:   Step,
		Flush:  Flush{},
	}
}

func told(key string, r *schemas.ComputeResource) Event { return Told{key, r} }

func mapped(key string, m *schemas.NetworkMap) Event { return Mapped{key, m} }
