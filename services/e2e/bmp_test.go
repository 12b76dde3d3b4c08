package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/log"
	gobgp "github.com/osrg/gobgp/v3/pkg/server"

	"github.com/altostream/altostream/schemas"
)

// What GoBGP's BMP does that a station has to live with (v3.37.0):
//   - Peer Up and Peer Down are told once for a peer, of its table before the policy;
//   - of Loc-RIB there is no Peer Up and never an End-of-RIB;
//   - End-of-RIB only at the start of the session, of what is known then: that of a peer
//     which comes up later is not passed on, and what the peer does not say again goes
//     after the stale time;
//   - tables are kept by the NLRIs' text: parallel links and IS-IS levels collapse, but
//     for the UPDATEs before the policy that come while BMP is up, which are passed on as
//     they are;
//   - that its station is gone it notices when it next writes: without statistics
//     reports, when something changes.

// TestBMP monitors a speaker over a router's BMP: its tables before and after the
// policy and the router's own.
func TestBMP(t *testing.T) {
	t.Parallel()
	s := startSpeaker(t, "127.0.0.61", asn, func() [][]byte {
		return [][]byte{announce(nil, nodeNLRI("1.1.1.1")), announce(nil, nodeNLRI("2.2.2.2")), endOfRIB()}
	})
	const (
		before = "bmp:127.0.0.1/127.0.0.61"
		after  = "bmp:127.0.0.1/127.0.0.61@post"
		locRIB = "bmp:127.0.0.1/loc-rib"
	)
	clients := startBroker(t, 1)
	c := &chain{t: t, topics: followTopics(t, clients), clients: clients, processes: map[string]*process{}}
	c.env = map[string][]string{"bgp-ingest": {"BMP_LISTEN=127.0.0.1:0", "STALE_TIME=1m"}}
	c.start("bgp-ingest")
	ingest := c.processes["bgp-ingest"]
	station := ingest.line(`msg="listening for BMP" .*address=(\S+)`)[1]
	c.env["bgp-ingest"][0] = "BMP_LISTEN=" + station

	r := startRouterProcess(t)
	r.must(t, "monitor", "ALL", station)
	ingest.line(`msg="router connected" .*router=127\.0\.0\.1 name=edge1 description="a router"`)
	r.must(t, "peer", s.address.String())
	all := func(nodes ...string) {
		t.Helper()
		for _, source := range []string{before, after, locRIB} {
			c.nodesAre(source, nodes...)
		}
	}
	all("01010101", "02020202")
	for _, source := range []string{before, after, locRIB} {
		c.peerIs(source, schemas.PeerEstablished)
	}

	s.say(withdraw(nodeNLRI("2.2.2.2")), announce(nil, nodeNLRI("3.3.3.3")))
	all("01010101", "03030303")

	r.must(t, "disable", s.address.Addr().String())
	c.peerIs(before, schemas.PeerStale)
	c.nodesAre(before, "01010101", "03030303")
	c.nodesAre(after) // GoBGP withdraws the rest
	c.nodesAre(locRIB)

	r.must(t, "enable", s.address.Addr().String())
	c.peerIs(before, schemas.PeerEstablished)
	c.nodesAre(before, "01010101", "02020202", "03030303") // there is no End-of-RIB
	c.nodesAre(locRIB, "01010101", "02020202")

	r.must(t, "forget", station)
	ingest.line(`msg="router disconnected.*terminated the session`)
	for _, source := range []string{before, after, locRIB} {
		c.peerIs(source, schemas.PeerStale)
	}
	r.must(t, "monitor", "ALL", station)
	c.peerIs(before, schemas.PeerSynced)
	c.peerIs(after, schemas.PeerSynced)
	all("01010101", "02020202")

	ingest.kill()
	c.start("bgp-ingest")
	c.peerIs(before, schemas.PeerSynced)
	c.peerIs(after, schemas.PeerSynced)
	all("01010101", "02020202")

	_ = r.process.Kill()
	for _, source := range []string{before, after, locRIB} {
		c.peerIs(source, schemas.PeerStale)
	}
	all("01010101", "02020202")
}

// TestBMPSpeakersGone withdraws what the routers of a former run have told and do not
// tell again.
func TestBMPSpeakersGone(t *testing.T) {
	t.Parallel()
	s := startSpeaker(t, "127.0.0.62", asn, func() [][]byte { return [][]byte{announce(nil, nodeNLRI("1.1.1.1")), endOfRIB()} })
	const source = "bmp:127.0.0.1/127.0.0.62"
	clients := startBroker(t, 1)
	c := &chain{t: t, topics: followTopics(t, clients), clients: clients, processes: map[string]*process{}}
	c.env = map[string][]string{"bgp-ingest": {"BMP_LISTEN=127.0.0.1:0", "BMP_ROUTERS=127.0.0.0/8", "STALE_TIME=1s"}}
	c.start("bgp-ingest")
	r := startRouterProcess(t)
	r.must(t, "monitor", "PRE", c.processes["bgp-ingest"].line(`msg="listening for BMP" .*address=(\S+)`)[1])
	r.must(t, "peer", s.address.String())
	c.nodesAre(source, "01010101")
	c.processes["bgp-ingest"].kill()
	c.start("bgp-ingest") // on another port
	c.peerIs(source, schemas.PeerIdle)
	c.nodesAre(source)
}

// nodesAre waits until a speaker tells these nodes.
func (c *chain) nodesAre(source string, want ...string) {
	c.t.Helper()
	await(c.t, func() error {
		var got []string
		for key := range c.content()[schemas.RawTopologyTopic] {
			if rest, ok := strings.CutPrefix(key, "default|"+source+"|node|"); ok {
				_, id, _ := strings.Cut(rest, "router=")
				got = append(got, id[:8])
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			return fmt.Errorf("%s tells %v, want %v", source, got, want)
		}
		return nil
	})
}

// must gives an order that is obeyed.
func (r *routerProcess) must(t *testing.T, words ...string) {
	t.Helper()
	if err := r.order(words...); err != nil {
		t.Fatal(err)
	}
}

// serveMonitoredRouter runs a router that monitors its peers until there are no more
// orders:
//
//	peer ADDRESS:PORT       connect to a speaker of BGP-LS
//	disable, enable ADDRESS end the session with it, begin it again
//	monitor POLICY STATION  tell a station of the peers
//	forget STATION          end that
func serveMonitoredRouter(orders io.Reader, answers io.Writer) error {
	ctx := context.Background()
	logger := log.NewDefaultLogger()
	logger.SetLevel(log.PanicLevel)
	server := gobgp.NewBgpServer(gobgp.LoggerOption(logger))
	go server.Serve()
	err := server.StartBgp(ctx, &api.StartBgpRequest{Global: &api.Global{Asn: asn, RouterId: "10.0.0.1", ListenPort: -1}})
	if err != nil {
		return err
	}
	fmt.Fprintln(answers, "ok")
	for scanner := bufio.NewScanner(orders); scanner.Scan(); {
		if err := obeyMonitored(ctx, server, strings.Fields(scanner.Text())); err != nil {
			fmt.Fprintln(answers, err)
			continue
		}
		fmt.Fprintln(answers, "ok")
	}
	return nil
}

func obeyMonitored(ctx context.Context, server *gobgp.BgpServer, words []string) error {
	address, port := words[len(words)-1], uint16(0)
	if ap, err := netip.ParseAddrPort(address); err == nil {
		address, port = ap.Addr().String(), ap.Port()
	}
	switch words[0] {
	case "peer":
		return server.AddPeer(ctx, &api.AddPeerRequest{Peer: &api.Peer{
			Conf:      &api.PeerConf{NeighborAddress: address, PeerAsn: asn},
			Transport: &api.Transport{LocalAddress: collector, RemotePort: uint32(port)},
			Timers:    &api.Timers{Config: &api.TimersConfig{ConnectRetry: 1, IdleHoldTimeAfterReset: 1}},
			AfiSafis:  []*api.AfiSafi{{Config: &api.AfiSafiConfig{Family: &api.Family{Afi: api.Family_AFI_LS, Safi: api.Family_SAFI_LS}, Enabled: true}}},
		}})
	case "disable":
		return server.DisablePeer(ctx, &api.DisablePeerRequest{Address: address})
	case "enable":
		return server.EnablePeer(ctx, &api.EnablePeerRequest{Address: address})
	case "forget":
		return server.DeleteBmp(ctx, &api.DeleteBmpRequest{Address: address, Port: uint32(port)})
	}
	policy, ok := api.AddBmpRequest_MonitoringPolicy_value[words[1]]
	if !ok {
		return fmt.Errorf("%s is no policy", words[1])
	}
	return server.AddBmp(ctx, &api.AddBmpRequest{
		Address: address, Port: uint32(port), Policy: api.AddBmpRequest_MonitoringPolicy(policy),
		StatisticsTimeout: 1, SysName: "edge1", SysDescr: "a router",
	})
}
