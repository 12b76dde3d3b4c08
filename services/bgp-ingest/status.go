package bgpingest

import "maps"

// status is what the state knows of one speaker, for operators.
type status struct {
	source  string
	state   string         // schemas.Peer…
	over    bool           // it told more objects than it may
	reason  string         // why there is no session, "" = none was told
	objects map[string]int // by kind, schemas.Kind…
}

// news returns the statuses of the speakers that had events since the last call.
func (s *State) news() []status {
	all := make([]status, 0, len(s.touched))
	for sp := range s.touched {
		if sp.configured {
			all = append(all, status{sp.source, sp.state, sp.over, sp.reason, maps.Clone(sp.objects.counts)})
		}
	}
	clear(s.touched)
	return all
}
