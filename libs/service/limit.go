package service

import (
	"sync"
	"time"
)

// Limit lets one log line of each cause in an interval through: for lines about things that
// repeat.
type Limit struct {
	Interval time.Duration

	mu     sync.Mutex
	causes map[string]*repeated
}

type repeated struct {
	last    time.Time
	skipped int
}

// maxCauses is how many causes are told apart in an interval; more are one.
const maxCauses = 16

// Allow reports whether to go on with a line about a cause, and how many about it were held back
// since the last. Without a cause all are about one.
func (l *Limit) Allow(cause ...string) (held int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	name := ""
	if len(cause) > 0 {
		name = cause[0]
	}
	r := l.repeated(name, now)
	if now.Sub(r.last) >= l.Interval {
		held, r.skipped, r.last = r.skipped, 0, now
		return held, true
	}
	r.skipped++
	return 0, false
}

// repeated returns what is known of a cause; with too many, of all others.
func (l *Limit) repeated(cause string, now time.Time) *repeated {
	if r, ok := l.causes[cause]; ok {
		return r
	}
	if len(l.causes) >= maxCauses {
		for name, r := range l.causes {
			if now.Sub(r.last) >= l.Interval {
				delete(l.causes, name)
			}
		}
	}
	if len(l.causes) >= maxCauses {
		cause = ""
	}
	if l.causes == nil {
		l.causes = map[string]*repeated{}
	}
	if l.causes[cause] == nil {
		l.causes[cause] = &repeated{}
	}
	return l.causes[cause]
}
