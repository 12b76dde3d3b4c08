package bgp

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"syscall"
	"time"
)

// dial keeps connecting to the peer, when there is no session, until ctx ends.
func (p *peer) dial(ctx context.Context) {
	retry := backoff{first: p.times.firstRetry, limit: p.times.lastRetry}
	for ctx.Err() == nil {
		waited, lasted := p.await(ctx)
		if !waited {
			lasted = p.connect(ctx)
		}
		if lasted {
			retry.reset()
		}
		sleep(ctx, retry.next(rand.Float64()))
	}
}

// await waits while there is a session or a pause, and reports whether there was one,
// and whether it lasted for a good while.
func (p *peer) await(ctx context.Context) (waited, lasted bool) {
	p.mu.Lock()
	session, free, since, pause := p.session, p.free, p.since, time.Until(p.pausedUntil)
	p.mu.Unlock()
	switch {
	case session != nil:
		select {
		case <-free:
		case <-ctx.Done():
		}
		return true, time.Since(since) >= p.times.settled
	case pause > 0:
		sleep(ctx, pause)
		return true, true
	}
	return false, false
}

// connect makes one attempt and reports whether it led to a session for a good while.
func (p *peer) connect(ctx context.Context) (lasted bool) {
	p.speaker.watcher.Connecting(p.addr)
	tcp, err := p.speaker.dialTCP(ctx, p)
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		p.speaker.watcher.Failed(p.addr, p.notConnected(err))
		return false
	}
	c := newConnection(tcp, true)
	if _, _, err := p.current(); err == nil {
		c.fail(errors.New("the peer connected meanwhile"))
		return false
	}
	if p.GTSM {
		if err := c.requireNear(); err != nil {
			c.fail(err)
			p.speaker.watcher.Failed(p.addr, err)
			return false
		}
	}
	start := time.Now()
	return p.lead(ctx, c) && time.Since(start) >= p.times.settled
}

// notConnected tells why a connection could not be made.
func (p *peer) notConnected(err error) error {
	var timeout net.Error
	if p.Password != "" && errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("cannot connect to port %d: %w (does the peer have the same MD5 password?)", p.port(), cause(err))
	}
	return fmt.Errorf("cannot connect to port %d: %w", p.port(), cause(err))
}

// cause is what went wrong on a connection, without its addresses and ports, so that
// the same trouble reads the same each time.
func cause(err error) error {
	var errno syscall.Errno
	var op *net.OpError
	switch {
	case errors.As(err, &errno):
		return errno
	case errors.As(err, &op):
		return op.Err
	}
	return err
}

// sleep waits, until ctx ends at most.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
