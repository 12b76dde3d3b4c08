package costbuilder

import (
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/services/internal/published"
)

// watched is the processor whose maps are shown as metrics and logged, and also those that there
// cannot be.
func watched(spec stream.Spec[*State, Event, versioned.CostRecord], rt *service.Runtime) stream.Spec[*State, Event, versioned.CostRecord] {
	maps := published.New("cost_map", rt)
	spec.Output.Visible = func(change stream.Change[versioned.CostRecord], octets int) {
		id, rest := versioned.ResourceOf(change.Key)
		switch m := change.Value; {
		case rest != "":
			maps.Part(id, octets)
		case m == nil:
			maps.Withdrawn(id, change.Reason)
		default:
			maps.Published(published.Map{
				ID: id, Tag: m.Meta.DependentVTags[0].Tag, Sources: m.Meta.Sources, StaleSince: m.Meta.StaleSince, Octets: octets,
			})
		}
	}
	step := spec.Step
	spec.Step = func(s *State, e Event) (*State, []output) {
		s, out := step(s, e)
		for _, o := range out {
			if _, rest := versioned.ResourceOf(o.Key); rest == "" && o.Value != nil {
				pids, cells := s.published.Size(o.Key)
				maps.Sized(o.Key,
					published.Size{Name: "pids", Description: "PIDs of the map.", N: pids},
					published.Size{Name: "cells", Description: "Costs of the map: pairs that reach each other, and each PID itself.", N: cells})
			}
		}
		switch e.(type) {
		case Flush, StoodBy:
			maps.Problems(s, s.published.Problems())
		}
		return s, out
	}
	return spec
}
