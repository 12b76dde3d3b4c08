package bgpingest

import "maps"

// status is what the state knows of one speaker, for operators.
type status struct {
	source  string
	state   string         // schemas.Peer…
	objects map[string]int // by kind, schemas.Kind…
}

// news returns the statuses of the speakers that had events since the last call, and
// the sources of those that began to tell too many objects.
func (s *State) news() (all []status, exceeding []string) {
	all = make([]status, 0, len(s.touched))
	for sp := range s.touched {
		if sp.configured {
			all = append(all, status{sp.source, sp.state, maps.Clone(sp.objects.counts)})
		}
	}
	clear(s.touched)
	exceeding, s.exceeding = s.exceeding, nil
	return all, exceeding
}
