package bgp

import "time"

// backoff is how long to wait before the next attempt to connect: twice as long each
// time, up to a limit.
type backoff struct {
	first, limit time.Duration
	failures     int
}

// next returns the wait after a failure; chance in [0,1) spreads it by a quarter
// around its value (RFC 4271 §10 asks for jitter).
func (b *backoff) next(chance float64) time.Duration {
	wait := b.limit
	if b.failures < 16 {
		wait = min(b.limit, b.first<<b.failures)
	}
	b.failures++
	return time.Duration(float64(wait) * (0.75 + chance/2))
}

// reset forgets the failures.
func (b *backoff) reset() { b.failures = 0 }
