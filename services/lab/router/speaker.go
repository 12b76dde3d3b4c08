package router

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/jwhited/corebgp"

	"github.com/altostream/altostream/libs/bgpls"
)

// speaker sends a recording in each session with the collector.
type speaker struct {
	*recording
	replay  *Replay
	ctx     context.Context // of the replay
	address netip.AddrPort
	server  *corebgp.Server
	session *session // guarded by replay.mu; nil before the first
}

// session is one session with the collector.
type session struct {
	sent   int // updates written; guarded by replay.mu
	cancel context.CancelFunc
}

// startSpeaker listens on the address; port 0 is any free port.
func (r *Replay) startSpeaker(ctx context.Context, rec *recording, address netip.AddrPort) (*speaker, error) {
	server, err := corebgp.NewServer(address.Addr())
	if err != nil {
		return nil, fmt.Errorf("speaker %s: %w", address, err)
	}
	listener, err := net.Listen("tcp", address.String())
	if err != nil {
		return nil, fmt.Errorf("speaker of %s cannot listen; choose another port or address: %w", rec.peer, err)
	}
	s := &speaker{recording: rec, replay: r, ctx: ctx, server: server, address: netip.MustParseAddrPort(listener.Addr().String())}
	err = server.AddPeer(
		corebgp.PeerConfig{RemoteAddress: r.cfg.Collector.Address, LocalAS: rec.asn, RemoteAS: r.cfg.Collector.ASN},
		s, corebgp.WithPassive(), corebgp.WithLocalAddress(address.Addr()))
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("speaker %s: %w", s.address, err)
	}
	go func() {
		if err := server.Serve([]net.Listener{listener}); !errors.Is(err, corebgp.ErrServerClosed) {
			r.cfg.Log.Error("replay ended", "speaker", s.address, "error", err)
		}
	}()
	return s, nil
}

// GetCapabilities offers BGP-LS.
func (s *speaker) GetCapabilities(corebgp.PeerConfig) []corebgp.Capability {
	return []corebgp.Capability{corebgp.NewMPExtensionsCapability(bgpls.AFI, bgpls.SAFI)}
}

// OnOpenMessage takes any collector.
func (s *speaker) OnOpenMessage(corebgp.PeerConfig, netip.Addr, []corebgp.Capability) *corebgp.Notification {
	return nil
}

// OnEstablished starts the recording over.
func (s *speaker) OnEstablished(_ corebgp.PeerConfig, writer corebgp.UpdateMessageWriter) corebgp.UpdateMessageHandler {
	ctx, cancel := context.WithCancel(s.ctx)
	current := &session{cancel: cancel}
	s.replay.update(func() { s.session = current })
	go func() {
		if err := s.send(ctx, current, writer); err != nil && ctx.Err() == nil {
			s.replay.cfg.Log.Warn("replay waits for the collector to connect again", "speaker", s.address, "error", err)
		}
	}()
	return func(corebgp.PeerConfig, []byte) *corebgp.Notification { return nil }
}

// OnClose ends the session's replay.
func (s *speaker) OnClose(corebgp.PeerConfig) {
	s.replay.update(func() {
		s.session.cancel()
		s.session = nil
	})
}

func (s *speaker) send(ctx context.Context, current *session, writer corebgp.UpdateMessageWriter) error {
	start := time.Now()
	for _, u := range s.updates {
		if err := s.due(ctx, u, start); err != nil {
			return err
		}
		if err := writer.WriteUpdate(u.body); err != nil {
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
