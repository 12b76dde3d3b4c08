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

// Failed says that an attempt at a session with a speaker came to nothing.
type Failed struct{ Source, Reason string }

// failed notes, for operators, why a speaker has no session.
func (s *State) failed(e Failed) []output {
	sp := s.speaker(e.Source)
	if !sp.configured || sp.inSession() {
		return nil
	}
	sp.reason = e.Reason
	return s.setState(sp, sp.state)
}
