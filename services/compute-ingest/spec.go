package computeingest

import (
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Spec returns the processor of one source: what it tells and the sites in, its part of
// the table compute_resources out.
func Spec(source Source, serde *avro.Serde[schemas.ComputeResource]) stream.Spec[*State, Event, schemas.ComputeResource] {
	return stream.Spec[*State, Event, schemas.ComputeResource]{
		Name:    "compute-ingest",
		Output:  stream.Table[schemas.ComputeResource]{Topic: schemas.ComputeResourcesTopic, Serde: serde, Canonical: withoutTime},
		Init:    func() *State { return newState(source.identity()) },
		Step:    Step,
		Flush:   Flush{},
		Restore: func(key string, r *schemas.ComputeResource) Event { return Restored{key, r} },

		TakeOver: func() Event { return TakenOver{} },
	}
}

// withoutTime leaves out when the content was first seen: it does not make another
// record. A map without entries is none.
func withoutTime(r schemas.ComputeResource) schemas.ComputeResource {
	r.ObservedAt = time.Time{}
	if len(r.Labels) == 0 {
		r.Labels = nil
	}
	if len(r.Metrics) == 0 {
		r.Metrics = nil
	}
	if len(r.AttachmentCosts) == 0 {
		r.AttachmentCosts = nil
	}
	return r
}
