package service

import (
	"sync"
	"time"
)

// Limit lets one in an interval through: for log lines about things that repeat.
type Limit struct {
	Interval time.Duration

	mu      sync.Mutex
	last    time.Time
	skipped int
}

// Allow reports whether to go on, and how many were held back since the last time.
func (l *Limit) Allow() (held int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.Sub(l.last) >= l.Interval {
		held, l.skipped, l.last = l.skipped, 0, now
		return held, true
	}
	l.skipped++
	return 0, false
}
