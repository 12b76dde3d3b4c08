package router

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/altostream/altostream/libs/bgp"
)

// speaker sends a recording in each session with the collector.
type speaker struct {
	*recording
	replay  *Replay
	ctx     context.Context // of the replay
	address netip.AddrPort
	done    chan struct{} // closed when all sessions are
	session *session      // guarded by replay.mu; nil before the first
}

// session is one session with the collector.
type session struct {
	sent   int // updates written; guarded by replay.mu
	cancel context.CancelFunc
}

// startSpeaker listens on the address; port 0 is any free port.
func (r *Replay) startSpeaker(ctx context.Context, rec *recording, address netip.AddrPort) (*speaker, error) {
	s := &speaker{recording: rec, replay: r, ctx: ctx, done: make(chan struct{})}
	collector := r.cfg.Collector
	peer := bgp.Peer{Addrs: netip.PrefixFrom(collector.Address, collector.Address.BitLen()), ASN: collector.ASN, Passive: true}
	server, err := bgp.New(bgp.Config{ASN: rec.asn, RouterID: address.Addr()}, []bgp.Peer{peer}, s, s)
	if err != nil {
		return nil, fmt.Errorf("speaker %s: %w", address, err)
	}
	listener, err := server.Listen(ctx, address.String())
	if err != nil {
		return nil, fmt.Errorf("speaker of %s cannot listen; choose another port or address: %w", rec.peer, err)
	}
	s.address = netip.MustParseAddrPort(listener.Addr().String())
	go func() {
		defer close(s.done)
		if err := server.Serve(ctx, listener); err != nil {
			r.cfg.Log.Error("replay ended", "speaker", s.address, "error", err)
		}
	}()
	return s, nil
}

// Established starts the recording over.
func (s *speaker) Established(to bgp.Session) {
	ctx, cancel := context.WithCancel(s.ctx)
	current := &session{cancel: cancel}
	s.replay.update(func() { s.session = current })
	go func() {
		if err := s.send(ctx, current, to); err != nil && ctx.Err() == nil {
			s.replay.cfg.Log.Warn("replay waits for the collector to connect again", "speaker", s.address, "error", err)
		}
	}()
}

// Closed ends the session's replay.
func (s *speaker) Closed(netip.Addr, error) {
	s.replay.update(func() {
		s.session.cancel()
		s.session = nil
	})
}

// What the collector says, and who else connects, is of no interest.

// Update does nothing.
func (s *speaker) Update(netip.Addr, []byte) {}

// RefreshBegun does nothing.
func (s *speaker) RefreshBegun(netip.Addr, bgp.Family) {}

// RefreshEnded does nothing.
func (s *speaker) RefreshEnded(netip.Addr, bgp.Family) {}

// Connecting does nothing.
func (s *speaker) Connecting(netip.Addr) {}

// Failed does nothing.
func (s *speaker) Failed(netip.Addr, error) {}

// Refused does nothing.
func (s *speaker) Refused(netip.AddrPort, error) {}

func (s *speaker) send(ctx context.Context, current *session, to bgp.Session) error {
	start := time.Now()
	for _, u := range s.updates {
		if err := s.due(ctx, u, start); err != nil {
			return err
		}
		if err := to.Tell(u.body); err != nil {
			return err
		}
		s.replay.update(func() { current.sent++ })
	}
	return nil
}

// due waits until an update may be sent.
func (s *speaker) due(ctx context.Context, u update, start time.Time) error {
	r := s.replay
	if err := r.await(ctx, func() bool { return u.at.Before(r.horizon) }); err != nil {
		return err
	}
	if r.cfg.Paused || r.cfg.Speed == 0 {
		return nil
	}
	offset := time.Duration(float64(u.at.Sub(r.origin)) / r.cfg.Speed)
	select {
	case <-time.After(time.Until(start.Add(offset))):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
