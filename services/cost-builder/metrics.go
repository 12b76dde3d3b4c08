package costbuilder

import (
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/internal/published"
)

// watched is the processor whose maps are shown as metrics and logged, and also those that there
// cannot be.
func watched(spec stream.Spec[*State, Event, schemas.CostMap], rt *service.Runtime) stream.Spec[*State, Event, schemas.CostMap] {
	maps := published.New("cost_map", rt)
	spec.Output.Visible = func(change stream.Change[schemas.CostMap], octets int) {
		if change.Value == nil {
			maps.Withdrawn(change.Key, change.Reason)
			return
		}
		maps.Published(shown(change.Key, change.Value, octets))
	}
	step, told := spec.Step, map[string]bool{}
	spec.Step = func(s *State, e Event) (*State, []output) {
		s, out := step(s, e)
		for _, o := range out {
			if o.Reason != "" && !told[o.Key] {
				rt.Log.Warn("no cost_map", "id", o.Key, "reason", o.Reason)
			}
			told[o.Key] = o.Reason != ""
		}
		return s, out
	}
	return spec
}

func shown(id string, m *schemas.CostMap, octets int) published.Map {
	cells := 0
	for _, row := range m.CostMap {
		cells += len(row)
	}
	return published.Map{
		ID: id, Tag: m.Meta.DependentVTags[0].Tag, Sources: m.Meta.Sources, StaleSince: m.Meta.StaleSince, Octets: octets,
		Sizes: []published.Size{
			{Name: "pids", Description: "PIDs of the map.", N: len(m.CostMap)},
			{Name: "cells", Description: "Costs of the map: pairs that reach each other, and each PID itself.", N: cells},
		},
	}
}
