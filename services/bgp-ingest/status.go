package bgpingest

// status is what the state knows of one speaker, for operators.
type status struct {
	source  string
	state   string         // schemas.Peer…
	objects map[string]int // by kind, schemas.Kind…
	gone    bool           // nothing is left of it
}

// finding is something about a speaker that its operator should know.
type finding struct {
	source string
	what   int
	n      int // of objects or octets
}

// What a finding is about.
const (
	tooManyObjects     = iota // it tells more than MAX_OBJECTS; n: the limit
	prematureEndOfRIB         // its table shrank to nothing at End-of-RIB; n: objects that are held
	attributesRepeated        // an UPDATE has so many objects that its attributes count as lost; n: octets of them in all
)

func (s *State) find(sp *speaker, what, n int) {
	s.findings = append(s.findings, finding{sp.source, what, n})
}

// news returns the statuses of the speakers that had events, and what was found, since the
// last call.
func (s *State) news() (all []status, findings []finding) {
	all = make([]status, 0, len(s.touched))
	for sp := range s.touched {
		if sp.configured {
			all = append(all, status{sp.source, sp.state, sp.counts(), s.speakers[sp.source] != sp})
		}
	}
	clear(s.touched)
	findings, s.findings = s.findings, nil
	return all, findings
}

// counts is how many objects the speaker has told and not withdrawn, by kind.
func (sp *speaker) counts() map[string]int {
	counts := map[string]int{}
	for _, r := range sp.tables {
		for kind, n := range r.counts {
			counts[kind] += n
		}
	}
	return counts
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
