package bgpingest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	api "github.com/osrg/gobgp/v3/api"
	gobgp "github.com/osrg/gobgp/v3/pkg/server"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/lab/broker"
)

// network is the IS-IS table of a network as a router tells it at the start, an object
// in each UPDATE: of n routers, 2n links (one direction each) and 4n prefixes.
func network(n int) (bodies [][]byte) {
	hop := netip.MustParseAddr("192.0.2.1")
	say := func(nlri bgpls.NLRI, a *bgpls.Attributes) {
		nlri.Protocol = bgpls.ISISLevel2
		bodies = append(bodies, bgpls.EncodeUpdate([]bgpls.NLRI{nlri}, nil, a, hop))
	}
	for i := range n {
		say(bgpls.NLRI{Type: bgpls.NodeNLRI, Local: benchNode(i)}, &bgpls.Attributes{
			NodeName: new(fmt.Sprintf("core-router-%d", i)), NodeFlags: new(uint8(0)),
			ISISAreaIDs: [][]byte{{0x49, 0, 1}}, LocalIPv4RouterIDs: []netip.Addr{benchAddr(10, i)},
			SRCapabilities: &bgpls.SRCapabilities{Flags: 0x80, Ranges: []bgpls.SIDRange{{First: bgpls.SID{Value: 16000, Label: true}, Size: 8000}}},
			SRAlgorithms:   []uint8{0},
		})
	}
	for i := range 2 * n {
		from, to := i%n, (i+1+i/n*7)%n
		say(bgpls.NLRI{Type: bgpls.LinkNLRI, Local: benchNode(from), Remote: benchNode(to), Link: &bgpls.LinkDescriptor{
			IPv4Interface: benchAddr(20+i/n*2, from), IPv4Neighbor: benchAddr(21+i/n*2, from),
		}}, &bgpls.Attributes{
			LocalIPv4RouterIDs: []netip.Addr{benchAddr(10, from)}, RemoteIPv4RouterIDs: []netip.Addr{benchAddr(10, to)},
			LinkMetrics:      bgpls.LinkMetrics{AdminGroup: new(uint32(1)), TEMetric: new(uint32(10))},
			MaxLinkBandwidth: new(1.25e9), MaxReservableBandwidth: new(1.25e9),
			UnreservedBandwidth: &[8]float64{1.25e9, 1.25e9, 1.25e9, 1.25e9, 1.25e9, 1.25e9, 1.25e9, 1.25e9},
			IGPMetric:           &bgpls.IGPMetric{Value: uint32(10 + i%90), Octets: 3},
			AdjacencySIDs:       []bgpls.AdjacencySID{{Flags: 0x30, SID: bgpls.SID{Value: uint32(24000 + i%1000), Label: true}}},
		})
	}
	for i := range 4 * n {
		addr := benchAddr(100+i/n, i%n)
		prefix := netip.PrefixFrom(addr, 32)
		say(bgpls.NLRI{Type: bgpls.IPv4PrefixNLRI, Local: benchNode(i % n), Prefix: &bgpls.PrefixDescriptor{Prefix: prefix}},
			&bgpls.Attributes{PrefixMetric: new(uint32(10 * (i % 3))), PrefixAttributeFlags: []byte{0x20}})
	}
	return append(bodies, bgpls.EncodeUpdate(nil, nil, nil, hop))
}

func benchNode(i int) *bgpls.NodeDescriptor {
	id := binary.BigEndian.AppendUint32([]byte{0, 0}, uint32(i+1))
	return &bgpls.NodeDescriptor{ASN: new(uint32(64512)), BGPLSID: new(uint32(0)), IGPRouterID: id}
}

func benchAddr(first, i int) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(first), byte(i >> 16), byte(i >> 8), byte(i)})
}

// told is the bytes of a session after the OPEN, and the number of objects in them.
func told(bodies [][]byte) (messages []byte, count int) {
	for _, body := range bodies {
		messages = append(messages, bytes.Repeat([]byte{0xff}, 16)...)
		messages = binary.BigEndian.AppendUint16(messages, uint16(19+len(body)))
		messages = append(append(messages, messageUpdate), body...)
	}
	return messages, len(bodies) - 1
}

// exporter is a router that waits for a collector and tells it all at once.
type exporter struct {
	net.Listener
	messages []byte
	open     chan struct{} // begins the session
	closed   chan struct{} // ends the session
}

var (
	openOfExporter = []byte{
		1: 0, 15: 0, 16: 0, 17: 49, 18: 1, 19: 4, 20: 0xfc, 21: 0x00, 22: 0, 23: 90, 24: 192, 25: 0, 26: 2, 27: 9, 28: 20,
		29: 2, 30: 18, 31: 1, 32: 4, 33: 0x40, 34: 0x04, 35: 0, 36: 71, 37: 65, 38: 4, 39: 0, 40: 0, 41: 0xfc, 42: 0, 43: 64, 44: 4, 45: 0, 46: 0, 47: 0x40, 48: 0x04,
	}
	keepalive = append(bytes.Repeat([]byte{0xff}, 16), 0, 19, 4)
)

func export(b *testing.B, messages []byte) *exporter {
	copy(openOfExporter, bytes.Repeat([]byte{0xff}, 16))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	e := &exporter{Listener: l, messages: messages, open: make(chan struct{}), closed: make(chan struct{})}
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		<-e.open
		_, _ = conn.Write(append(bytes.Clone(openOfExporter), keepalive...))
		_, _ = io.ReadFull(conn, make([]byte, len(keepalive)+10)) // the collector's OPEN, or most of it
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		_, _ = conn.Write(messages)
		<-e.closed
	}()
	return e
}

func (e *exporter) port() uint16 { return e.Addr().(*net.TCPAddr).AddrPort().Port() }

// BenchmarkTable takes the initial table of a network from a BGP session on loopback:
// bgp-ingest up to the records that the embedded broker has acknowledged, GoBGP's server
// up to a watcher.
//
//	go test ./bgp-ingest -run '^$' -bench Table -benchtime 1x
func BenchmarkTable(b *testing.B) {
	for _, n := range []int{2500, 25000} {
		messages, count := told(network(n))
		b.Run(fmt.Sprintf("bgp-ingest/%d", count), func(b *testing.B) {
			for range b.N {
				benchIngest(b, messages, count)
			}
		})
		b.Run(fmt.Sprintf("gobgp/%d", count), func(b *testing.B) {
			for range b.N {
				benchGoBGP(b, messages, count)
			}
		})
	}
}

func benchIngest(b *testing.B, messages []byte, count int) {
	service.RaiseProcs() // as each service does
	kafkaBroker, err := broker.Start(broker.Config{KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	defer kafkaBroker.Close()
	e := export(b, messages)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	tracer, _, err := service.NewTracer(ctx, "bench")
	if err != nil {
		b.Fatal(err)
	}
	rt, err := service.NewRuntime("bench", slog.New(slog.DiscardHandler), prometheus.NewRegistry(), tracer)
	if err != nil {
		b.Fatal(err)
	}
	c := Config{
		Config:   service.Config{KafkaBootstrapServers: kafkaBroker.KafkaAddress(), SchemaRegistryURL: kafkaBroker.RegistryURL()},
		Topology: "default", BGPASN: 64512, BGPRouterID: netip.MustParseAddr("192.0.2.1"), BGPListen: "127.0.0.1:0",
		BGPPeers: Peers{PeerAt(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), e.port()), 64512)}, StaleTime: time.Second, MaxObjects: 1_000_000,
	}
	done := make(chan error, 1)
	go func() { done <- Run(ctx, c, rt) }()
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{"bootstrap.servers": kafkaBroker.KafkaAddress(), "group.id": "bench"})
	if err != nil {
		b.Fatal(err)
	}
	defer consumer.Close()
	records := func() int {
		_, high, err := consumer.QueryWatermarkOffsets(schemas.RawTopologyTopic, 0, 5000)
		if err != nil {
			b.Fatal(err)
		}
		return int(high)
	}
	await := func(n int) time.Time {
		for records() < n {
			select {
			case err := <-done:
				b.Fatal(err)
			case <-time.After(10 * time.Millisecond):
			}
		}
		return time.Now()
	}
	for !rt.IsReady() {
		time.Sleep(time.Millisecond)
	}
	close(e.open)
	const peerRecords = 3 // idle, established, synced
	start := await(2)
	end := await(count + peerRecords)
	b.ReportMetric(float64(count)/end.Sub(start).Seconds(), "objects/s")
	close(e.closed)
	stale := await(count + peerRecords + 1)
	over := stale.Add(c.StaleTime)
	b.ReportMetric(await(2*count+peerRecords+2).Sub(over).Seconds(), "s/withdrawal-of-all")
}

func benchGoBGP(b *testing.B, messages []byte, count int) {
	runtime.GOMAXPROCS(runtime.NumCPU()) // as gobgpd does
	e := export(b, messages)
	close(e.open)
	defer close(e.closed)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	s := gobgp.NewBgpServer()
	go s.Serve()
	defer s.Stop()
	global := &api.Global{Asn: 64512, RouterId: "192.0.2.1", ListenPort: -1}
	if err := s.StartBgp(ctx, &api.StartBgpRequest{Global: global}); err != nil {
		b.Fatal(err)
	}
	told, start := 0, make(chan time.Time, 1)
	done := make(chan time.Time, 1)
	err := s.WatchEvent(ctx, &api.WatchEventRequest{
		Peer:  &api.WatchEventRequest_Peer{},
		Table: &api.WatchEventRequest_Table{Filters: []*api.WatchEventRequest_Table_Filter{{Type: api.WatchEventRequest_Table_Filter_ADJIN}}},
	}, func(r *api.WatchEventResponse) {
		if p := r.GetPeer(); p != nil && p.Peer.State.SessionState == api.PeerState_ESTABLISHED {
			select {
			case start <- time.Now():
			default:
			}
		}
		if t := r.GetTable(); t != nil {
			if told += len(t.Paths); told >= count {
				select {
				case done <- time.Now():
				default:
				}
			}
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	err = s.AddPeer(ctx, &api.AddPeerRequest{Peer: &api.Peer{
		Conf:      &api.PeerConf{NeighborAddress: "127.0.0.1", PeerAsn: 64512},
		Transport: &api.Transport{RemotePort: uint32(e.port())},
		Timers:    &api.Timers{Config: &api.TimersConfig{ConnectRetry: 1}},
		AfiSafis: []*api.AfiSafi{{Config: &api.AfiSafiConfig{
			Family: &api.Family{Afi: api.Family_AFI_LS, Safi: api.Family_SAFI_LS}, Enabled: true,
		}}},
	}})
	if err != nil {
		b.Fatal(err)
	}
	begin := <-start
	select {
	case end := <-done:
		b.ReportMetric(float64(count)/end.Sub(begin).Seconds(), "objects/s")
	case <-time.After(2 * time.Minute):
		b.Fatalf("the watcher got %d of %d objects", told, count)
	}
}

// BenchmarkHeap tells how much live heap the state keeps of an object.
func BenchmarkHeap(b *testing.B) {
	bodies := network(25000)
	serde := streamtest.Serde[schemas.RawTopology](b, schemas.RawTopologyTopic)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for range b.N {
		before := heap()
		machine := stream.NewMachine(Spec(Config{Topology: "default", StaleTime: time.Minute, MaxObjects: 1_000_000}, serde))
		machine.Apply(TakenOver{}, stream.Cause{})
		machine.Apply(Up{Source: "bgp:192.0.2.1"}, stream.Cause{})
		var decoder bgpls.Decoder
		for _, body := range bodies {
			u, _ := decoder.Decode(body)
			machine.Apply(Update{Source: "bgp:192.0.2.1", Update: u}, stream.Cause{})
			machine.Flush()
		}
		b.ReportMetric(float64(heap()-before)/float64(len(bodies)-1), "live-B/object")
		runtime.KeepAlive(machine)
	}
	b.ReportMetric(float64(b.N*(len(bodies)-1))/b.Elapsed().Seconds(), "objects/s")
}
