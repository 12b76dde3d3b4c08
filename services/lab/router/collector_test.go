package router

import (
	"bytes"
	"context"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
)

// collector is a BGP speaker that connects to peers and keeps what they say.
type collector struct {
	t       *testing.T
	speaker *bgp.Speaker
	close   func()

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

	begun     int   // bodies before the refresh that has begun
	refreshes []int // objects told by each
}

func newCollector(t *testing.T, as uint32, peers []Peer) *collector {
	t.Helper()
	c := &collector{t: t, speakers: map[netip.Addr]*told{}, changed: make(chan struct{})}
	c.connect(as, peers)
	return c
}

func (c *collector) connect(as uint32, peers []Peer) {
	c.t.Helper()
	var known []bgp.Peer
	for _, p := range peers {
		known = append(known, bgp.Peer{
			Addrs: netip.PrefixFrom(p.Address.Addr(), 32), Port: int(p.Address.Port()), ASN: p.ASN,
			Local: netip.MustParseAddr("127.0.0.1"),
		})
	}
	speaker, err := bgp.New(bgp.Config{ASN: as, RouterID: netip.MustParseAddr("127.0.0.1")}, known, c, c)
	if err != nil {
		c.t.Fatal(err)
	}
	c.speaker = speaker
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- speaker.Serve(ctx, nil) }()
	c.close = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	c.t.Cleanup(c.close)
}

func (c *collector) Established(s bgp.Session) {
	c.update(func() {
		session := 1
		if before := c.speakers[s.Peer]; before != nil {
			session = before.session + 1
		}
		c.speakers[s.Peer] = &told{objects: map[string]*bgpls.Attributes{}, nlris: map[string]bgpls.NLRI{}, session: session}
	})
}

func (c *collector) RefreshBegun(peer netip.Addr, _ bgp.Family) {
	c.update(func() { c.speakers[peer].begun = len(c.speakers[peer].bodies) })
}

func (c *collector) RefreshEnded(peer netip.Addr, _ bgp.Family) {
	c.update(func() {
		s := c.speakers[peer]
		s.refreshes = append(s.refreshes, len(s.bodies)-s.begun)
	})
}

func (*collector) Closed(netip.Addr, error)      {}
func (*collector) Connecting(netip.Addr)         {}
func (*collector) Failed(netip.Addr, error)      {}
func (*collector) Refused(netip.AddrPort, error) {}

func (c *collector) Update(peer netip.Addr, body []byte) {
	update, errs := bgpls.DecodeUpdate(body)
	for _, err := range errs {
		c.t.Errorf("from %s: %v", peer, err)
	}
	c.update(func() {
		s := c.speakers[peer]
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
