package router

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jwhited/corebgp"

	"github.com/altostream/altostream/libs/bgpls"
)

// collector is a BGP speaker that connects to peers and keeps what they say.
type collector struct {
	t         *testing.T
	server    *corebgp.Server
	noRestart bool // do not offer graceful restart

	mu       sync.Mutex
	speakers map[netip.Addr]*told
	changed  chan struct{}
}

// told is what a speaker told since its session began.
type told struct {
	bodies  [][]byte
	objects map[string]*bgpls.Attributes // by NLRI key
	nlris   map[string]bgpls.NLRI
	synced  bool
	session int
}

func newCollector(t *testing.T, as uint32, peers []Peer) *collector {
	t.Helper()
	c := &collector{t: t, speakers: map[netip.Addr]*told{}, changed: make(chan struct{})}
	c.connect(as, peers)
	return c
}

func (c *collector) connect(as uint32, peers []Peer) {
	c.t.Helper()
	var err error
	if c.server, err = corebgp.NewServer(netip.MustParseAddr("127.0.0.1")); err != nil {
		c.t.Fatal(err)
	}
	for _, p := range peers {
		err := c.server.AddPeer(corebgp.PeerConfig{RemoteAddress: p.Address.Addr(), LocalAS: as, RemoteAS: p.ASN}, c,
			corebgp.WithPort(int(p.Address.Port())), corebgp.WithLocalAddress(netip.MustParseAddr("127.0.0.1")),
			corebgp.WithIdleHoldTime(100*time.Millisecond), corebgp.WithConnectRetryTime(100*time.Millisecond))
		if err != nil {
			c.t.Fatal(err)
		}
	}
	go func() {
		if err := c.server.Serve(nil); !errors.Is(err, corebgp.ErrServerClosed) {
			c.t.Errorf("collector: %v", err)
		}
	}()
	c.t.Cleanup(c.server.Close)
}

func (c *collector) GetCapabilities(corebgp.PeerConfig) []corebgp.Capability {
	capabilities := []corebgp.Capability{corebgp.NewMPExtensionsCapability(bgpls.AFI, bgpls.SAFI)}
	if !c.noRestart {
		// Graceful restart (RFC 4724 §3): restart time 0, no family whose state is kept.
		capabilities = append(capabilities, corebgp.Capability{Code: 64, Value: []byte{0, 0}})
	}
	return capabilities
}

func (c *collector) OnOpenMessage(corebgp.PeerConfig, netip.Addr, []corebgp.Capability) *corebgp.Notification {
	return nil
}

func (c *collector) OnEstablished(p corebgp.PeerConfig, _ corebgp.UpdateMessageWriter) corebgp.UpdateMessageHandler {
	c.update(func() {
		session := 1
		if before := c.speakers[p.RemoteAddress]; before != nil {
			session = before.session + 1
		}
		c.speakers[p.RemoteAddress] = &told{objects: map[string]*bgpls.Attributes{}, nlris: map[string]bgpls.NLRI{}, session: session}
	})
	return c.hear
}

func (c *collector) OnClose(corebgp.PeerConfig) {}

func (c *collector) hear(p corebgp.PeerConfig, body []byte) *corebgp.Notification {
	update, errs := bgpls.DecodeUpdate(body)
	for _, err := range errs {
		c.t.Errorf("from %s: %v", p.RemoteAddress, err)
	}
	c.update(func() {
		s := c.speakers[p.RemoteAddress]
		s.bodies = append(s.bodies, bytes.Clone(body))
		s.synced = s.synced || update.EndOfRIB
		for _, n := range update.Reach {
			s.objects[n.Key()], s.nlris[n.Key()] = update.Attributes, n
		}
		for _, n := range update.Unreach {
			delete(s.objects, n.Key())
			delete(s.nlris, n.Key())
		}
	})
	return nil
}

func (c *collector) update(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	close(c.changed)
	c.changed = make(chan struct{})
}

// await waits until the condition holds for each of the peers.
func (c *collector) await(what string, peers []Peer, condition func(*told) bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 15*time.Second)
	defer cancel()
	holds := func(p Peer) bool {
		s := c.speakers[p.Address.Addr()]
		return s != nil && condition(s)
	}
	for {
		c.mu.Lock()
		all, changed := !slices.ContainsFunc(peers, func(p Peer) bool { return !holds(p) }), c.changed
		c.mu.Unlock()
		if all {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			c.t.Fatalf("not within 15 s: %s", what)
		}
	}
}

// from returns what a peer told so far.
func (c *collector) from(p Peer) *told {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speakers[p.Address.Addr()]
}

// count is the number of objects of each NLRI type.
func (s *told) count() map[bgpls.NLRIType]int {
	n := map[bgpls.NLRIType]int{}
	for _, nlri := range s.nlris {
		n[nlri.Type]++
	}
	return n
}
