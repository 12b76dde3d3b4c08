package router

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"sync"

	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
)

// server is the BGP server of a speaker: it waits for the collector and tells it the
// router's link-state database.
type server struct {
	router
	collector Collector
	address   netip.AddrPort
	log       *slog.Logger
	stop      func()

	mu      sync.Mutex
	told    []Object     // the database
	session *bgp.Session // with the collector; nil if there is none
}

// startServer listens on the address, where port 0 is any free port, and tells the
// database from then on.
func startServer(ctx context.Context, r router, address netip.AddrPort, collector Collector, database []Object, log *slog.Logger) (*server, error) {
	s := &server{router: r, collector: collector, told: database, log: log}
	peer := bgp.Peer{Addrs: netip.PrefixFrom(collector.Address, collector.Address.BitLen()), ASN: collector.ASN, Passive: true}
	speaker, err := bgp.New(bgp.Config{ASN: asn, RouterID: r.id}, []bgp.Peer{peer}, s, s)
	if err != nil {
		return nil, fmt.Errorf("router %s: %w", r, err)
	}
	listener, err := speaker.Listen(ctx, address.String())
	if err != nil {
		return nil, fmt.Errorf("router %s cannot listen on %s; choose another port or address: %w", r, address, err)
	}
	s.address = netip.MustParseAddrPort(listener.Addr().String())
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	s.stop = func() {
		cancel()
		<-done
	}
	go func() {
		defer close(done)
		if err := speaker.Serve(ctx, listener); err != nil {
			log.Error("the router's BGP ended", "error", err)
		}
	}()
	return s, nil
}

// Established tells the collector the whole database and its end.
func (s *server) Established(session bgp.Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session = &session
	s.say(s.whole()...)
	s.say(bgpls.EncodeUpdate(nil, nil, nil, netip.Addr{})) // End-of-RIB
}

// RefreshAsked tells the database again.
func (s *server) RefreshAsked(session bgp.Session, f bgp.Family) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = session.BeginRefresh(f)
	s.say(s.whole()...)
	_ = session.EndRefresh(f)
}

// Closed waits for the collector to connect again.
func (s *server) Closed(netip.Addr, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session = nil
}

// change makes this the database, and tells what is different.
func (s *server) change(database []Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, now := byKey(s.told), byKey(database)
	s.told = database
	var bodies [][]byte
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, still := now[key]; !still {
			bodies = append(bodies, bgpls.EncodeUpdate(nil, []bgpls.NLRI{before[key].NLRI}, nil, netip.Addr{}))
		}
	}
	for _, o := range database {
		old, known := before[o.NLRI.Key()]
		if !known || !reflect.DeepEqual(old.Attributes, o.Attributes) {
			bodies = append(bodies, s.update(o))
		}
	}
	s.say(bodies...)
}

func byKey(objects []Object) map[string]Object {
	m := make(map[string]Object, len(objects))
	for _, o := range objects {
		m[o.NLRI.Key()] = o
	}
	return m
}

func (s *server) whole() [][]byte {
	bodies := make([][]byte, len(s.told))
	for i, o := range s.told {
		bodies[i] = s.update(o)
	}
	return bodies
}

// update is the body of an UPDATE that tells an object.
func (s *server) update(o Object) []byte {
	reach, hop := []bgpls.NLRI{o.NLRI}, s.address.Addr()
	if s.collector.ASN == asn {
		return bgpls.EncodeUpdate(reach, nil, o.Attributes, hop)
	}
	return bgpls.EncodeExternalUpdate(asn, reach, nil, o.Attributes, hop)
}

// say sends UPDATEs in the session, if there is one. What is lost with it is told in the
// next one.
func (s *server) say(bodies ...[]byte) {
	if s.session == nil {
		return
	}
	for _, body := range bodies {
		if err := s.session.Tell(body); err != nil {
			s.log.Warn("the router waits for the collector to connect again", "error", err)
			s.session = nil
			return
		}
	}
}

// What the collector says, and who else connects, is of no interest.

// Update does nothing.
func (s *server) Update(netip.Addr, []byte) {}

// RefreshBegun does nothing.
func (s *server) RefreshBegun(netip.Addr, bgp.Family) {}

// RefreshEnded does nothing.
func (s *server) RefreshEnded(netip.Addr, bgp.Family) {}

// Connecting does nothing.
func (s *server) Connecting(netip.Addr) {}

// Failed does nothing.
func (s *server) Failed(netip.Addr, error) {}

// Refused does nothing.
func (s *server) Refused(netip.AddrPort, error) {}
