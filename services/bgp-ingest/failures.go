package bgpingest

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// sameInterval is the shortest time between two log lines that tell the same of a
	// peer.
	sameInterval = time.Minute
	// maxFailures bounds how many peers are remembered for their failures.
	maxFailures = 1024
)

// failures limits the log lines about peers without a session: of each peer one in
// logInterval, and one in sameInterval that says nothing new.
type failures struct {
	mu sync.Mutex
	by map[netip.Addr]*failure
}

type failure struct {
	reason string
	logged time.Time
	held   int
}

// none reports whether nothing has failed since the last session with a peer.
func (f *failures) none(peer netip.Addr) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.by[peer] == nil
}

func (f *failures) forget(peer netip.Addr) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.by, peer)
}

// allow reports whether to log a failure, and how many were held back since the last.
func (f *failures) allow(peer netip.Addr, reason string, now time.Time) (held int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.by == nil || len(f.by) >= maxFailures {
		f.by = map[netip.Addr]*failure{}
	}
	one := f.by[peer]
	if one == nil {
		one = &failure{}
		f.by[peer] = one
	}
	age := now.Sub(one.logged)
	if age < logInterval || age < sameInterval && reason == one.reason {
		one.held++
		return 0, false
	}
	held = one.held
	*one = failure{reason: reason, logged: now}
	return held, true
}
