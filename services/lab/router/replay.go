package router

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// ReplayConfig says what is replayed, where and to whom.
type ReplayConfig struct {
	File      string     // MRT
	First     netip.Addr // address of the first recorded speaker; the others have the next ones, in order of their recorded addresses
	Port      uint16     // of all speakers; 0: each has any free port
	Collector Collector
	Speed     float64 // 1: as recorded, 2: twice as fast; 0: as fast as possible
	Paused    bool    // send only what Play asks for, at once; Speed is of no meaning
	Log       *slog.Logger
}

// Replay is a running replay. Each recorded speaker waits for the collector to
// connect and then sends what it once sent. When the collector connects again, it
// starts over from the beginning, as a router sends its whole table again.
type Replay struct {
	cfg      ReplayConfig
	origin   time.Time // of the recording
	speakers []*speaker
	cancel   context.CancelFunc
	done     chan struct{}

	mu      sync.Mutex
	horizon time.Time // what was recorded before it may be sent
	changed chan struct{}
}

// endOfTime is after any record's time, which has 32 bits of seconds.
var endOfTime = time.Unix(1<<33, 0)

// StartReplay starts the speakers of a recording; they stop to send when ctx ends.
func StartReplay(ctx context.Context, cfg ReplayConfig) (*Replay, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	recordings, err := readRecordings(cfg.File)
	if err != nil {
		return nil, fmt.Errorf("replay %s: %w", cfg.File, err)
	}
	r := &Replay{cfg: cfg, done: make(chan struct{}), changed: make(chan struct{})}
	r.origin = slices.MinFunc(recordings, func(a, b *recording) int { return a.first().Compare(b.first()) }).first()
	if !cfg.Paused {
		r.horizon = endOfTime
	}
	ctx, r.cancel = context.WithCancel(ctx)
	for i, recording := range recordings {
		s, err := r.startSpeaker(ctx, recording, netip.AddrPortFrom(nth(cfg.First, i), cfg.Port))
		if err != nil {
			r.Close()
			return nil, fmt.Errorf("replay %s: %w", cfg.File, err)
		}
		r.speakers = append(r.speakers, s)
	}
	go func() {
		if r.await(ctx, func() bool { return r.sent(endOfTime) }) == nil {
			close(r.done)
		}
	}()
	return r, nil
}

// Play sends what was recorded before a time, on all speakers, and returns when it
// is written; it waits for the collector to connect.
func (r *Replay) Play(ctx context.Context, until time.Time) error {
	r.update(func() {
		if until.After(r.horizon) {
			r.horizon = until
		}
	})
	if err := r.await(ctx, func() bool { return r.sent(until) }); err != nil {
		return fmt.Errorf("replay %s until %s: %w", r.cfg.File, until.UTC().Format(time.RFC3339Nano), err)
	}
	return nil
}

// Done is closed when all speakers have sent everything.
func (r *Replay) Done() <-chan struct{} { return r.done }

// Peers returns the speakers, named after the recorded ones.
func (r *Replay) Peers() []Peer {
	peers := make([]Peer, len(r.speakers))
	for i, s := range r.speakers {
		peers[i] = Peer{Name: s.peer.String(), Address: s.address, ASN: s.asn}
	}
	return peers
}

// Close ends all sessions.
func (r *Replay) Close() {
	r.cancel()
	for _, s := range r.speakers {
		<-s.done
	}
}

// sent reports whether all speakers have written all from before a time to their
// present sessions.
func (r *Replay) sent(until time.Time) bool {
	return !slices.ContainsFunc(r.speakers, func(s *speaker) bool {
		return s.session == nil || s.session.sent < s.before(until)
	})
}

// update changes the state and wakes those who wait for it.
func (r *Replay) update(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
	close(r.changed)
	r.changed = make(chan struct{})
}

// await waits until a condition on the state holds.
func (r *Replay) await(ctx context.Context, condition func() bool) error {
	for {
		r.mu.Lock()
		holds, changed := condition(), r.changed
		r.mu.Unlock()
		if holds {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
