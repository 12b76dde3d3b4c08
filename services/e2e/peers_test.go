package e2e

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/altostream/altostream/schemas"
)

// TestPeerWithWrongASN has one peer that is not who it should be: that is said, and the
// others are not affected.
func TestPeerWithWrongASN(t *testing.T) {
	t.Parallel()
	stranger := startSpeaker(t, "127.0.0.22", 300, func() [][]byte { return [][]byte{announce(nil, nodeNLRI("9.9.9.9")), endOfRIB()} })
	c := newChain(t, 1)
	c.env["bgp-ingest"] = append(c.env["bgp-ingest"], "LOG_LEVEL=info", strings.Replace(c.env["bgp-ingest"][0]+","+stranger.peer(), ";300", ";200", 1))
	c.start("bgp-ingest", "map-builder")
	for _, r := range []string{"127.0.0.12", "127.0.0.13"} {
		c.peerIs("bgp:"+r, schemas.PeerSynced)
	}
	c.processes["bgp-ingest"].line(`level=(WARN|ERROR) .*127\.0\.0\.22.*Bad Peer AS`)
	c.peerIs(stranger.source(), schemas.PeerIdle)
	await(t, func() error {
		r, err := value[schemas.RawTopology](c.topics, schemas.RawTopologyTopic, "default|"+stranger.source()+"|peer")
		if err == nil && (r.Peer.Reason == nil || !strings.Contains(*r.Peer.Reason, "Bad Peer AS")) {
			err = fmt.Errorf("peer record is %+v, want the reason Bad Peer AS", r.Peer)
		}
		return err
	})
	altoctl(t, c.clients, done, []string{"peers"}, "Bad Peer AS")
	c.networkMapNever("pid100:09090909")
	if n := stranger.count(); n != 0 {
		t.Errorf("the stranger had %d sessions, want none", n)
	}
}

// TestRefreshOnDemand asks the routers for their tables again: they tell them, and
// nothing is lost by it.
func TestRefreshOnDemand(t *testing.T) {
	t.Parallel()
	c := newChain(t, 1)
	c.start("bgp-ingest", "map-builder")
	sources := []string{"bgp:127.0.0.12", "bgp:127.0.0.13"}
	for _, source := range sources {
		c.peerIs(source, schemas.PeerSynced)
	}
	ingest := c.processes["bgp-ingest"]
	before := ingest.counter("altostream_bgp_updates_total")
	response, err := http.Post("http://"+ingest.http()+"/peers/refresh", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(response.Body)
	if want := "asked for the table again: 127.0.0.12 127.0.0.13\n"; response.StatusCode != http.StatusOK || string(answer) != want {
		t.Fatalf("%s: %q, want %q", response.Status, answer, want)
	}
	await(t, func() error {
		// A router may pack its table into fewer messages than the first time.
		if now := ingest.counter("altostream_bgp_updates_total"); now < before+before/2 {
			return fmt.Errorf("%v updates, %v before the refresh", now, before)
		}
		return nil
	})
	for _, source := range sources {
		if n := c.states(source, schemas.PeerStale); n != 0 {
			t.Errorf("%s lost its session %d times", source, n)
		}
	}
}

// peerIs waits until a speaker has a state.
func (c *chain) peerIs(source, state string) {
	c.t.Helper()
	c.peerIsIn("default", source, state)
}

func (c *chain) peerIsIn(topology, source, state string) {
	c.t.Helper()
	await(c.t, func() error {
		r, err := value[schemas.RawTopology](c.topics, schemas.RawTopologyTopic, topology+"|"+source+"|peer")
		if err == nil && r.Peer.State != state {
			err = fmt.Errorf("%s is %s, want %s", source, r.Peer.State, state)
		}
		return err
	})
}

// networkMapNever reports every network map so far that has a PID.
func (c *chain) networkMapNever(pid string) {
	c.t.Helper()
	for i, r := range c.log(schemas.NetworkMapsTopic) {
		if m, ok := r.value.(*schemas.NetworkMap); ok {
			if _, found := m.NetworkMap[pid]; found {
				c.t.Errorf("network map %d has the PID %s", i, pid)
			}
		}
	}
}

// Sources of connections: a configured peer that makes noise, one that is no peer, and
// a configured peer that speaks BGP.
const (
	noisyPeer  = "127.0.0.31"
	noisyOther = "127.0.0.32"
	quietPeer  = "127.0.0.33"
)

// TestNoiseOnBGPPort opens thousands of connections to the BGP port with anything but
// BGP on them: sessions stay, others are let in, and it is said who makes the noise.
func TestNoiseOnBGPPort(t *testing.T) {
	t.Parallel()
	const connections, writers = 3000, 16
	c := newChain(t, 1)
	c.env["bgp-ingest"][0] += "," + noisyPeer + ";100;passive," + quietPeer + ";100;passive"
	c.start("bgp-ingest")
	ingest := c.processes["bgp-ingest"]
	port := ingest.line(`msg="listening for BGP" .*address=(\S+)`)[1]
	c.peerIs("bgp:127.0.0.12", schemas.PeerSynced)
	c.peerIs("bgp:127.0.0.13", schemas.PeerSynced)
	before := openFiles(ingest)

	var noise sync.WaitGroup
	for w := range writers {
		noise.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for range connections / writers {
				makeNoise(port, random)
			}
		})
	}
	s := dialSpeaker(t, quietPeer, port)
	c.peerIs(s.source(), schemas.PeerSynced)
	noise.Wait()
	for _, source := range []string{"bgp:127.0.0.12", "bgp:127.0.0.13"} {
		c.peerIs(source, schemas.PeerSynced)
		if n := c.states(source, schemas.PeerStale); n != 0 {
			t.Errorf("%s lost its session %d times", source, n)
		}
	}
	c.peerIs("bgp:"+noisyPeer, schemas.PeerIdle)
	ingest.line(`level=WARN msg="BGP connection refused" .*from=` + regexp.QuoteMeta(noisyOther))
	ingest.line(`level=WARN msg="no BGP session" .*` + regexp.QuoteMeta(noisyPeer))
	await(t, func() error {
		if after := openFiles(ingest); after > before+20 {
			return fmt.Errorf("bgp-ingest has %d open files after the noise and had %d before", after, before)
		}
		return nil
	})
	ingest.awaitReady()
}

// states counts the records of a speaker with a state.
func (c *chain) states(source, state string) (n int) {
	for _, r := range c.log(schemas.RawTopologyTopic) {
		if v, ok := r.value.(*schemas.RawTopology); ok && v.Kind == schemas.KindPeer && v.Source == source && v.Peer.State == state {
			n++
		}
	}
	return n
}

// makeNoise opens a connection, writes what is no BGP session and closes it, or lets
// the other side close it.
func makeNoise(port string, random *rand.Rand) {
	from := noisyPeer
	if random.IntN(3) == 0 {
		from = noisyOther
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: time.Second}
	conn, err := dialer.Dial("tcp", port)
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(100 * time.Millisecond))
	_, _ = conn.Write(noise(random))
	if random.IntN(4) == 0 {
		_, _ = conn.Read(make([]byte, 64))
	}
}

// noise is random bytes, or the beginning of a BGP message with random bytes in it.
func noise(random *rand.Rand) []byte {
	b := make([]byte, random.IntN(200))
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	if len(b) < 19 || random.IntN(4) == 0 {
		return b
	}
	for i := range 16 { // the marker (RFC 4271 §4.1)
		b[i] = 0xff
	}
	length := len(b)
	if random.IntN(4) == 0 {
		length = random.IntN(1 << 16)
	}
	binary.BigEndian.PutUint16(b[16:], uint16(length))
	b[18] = byte(random.IntN(6))
	if b[18] == 1 && len(b) >= 29 { // OPEN: version, AS, hold time, identifier, length of the parameters
		b[19], b[20], b[21], b[28] = 4, 0, 100, byte(len(b)-29)
	}
	return b[:random.IntN(len(b)+1)]
}

// dialSpeaker starts a speaker that connects to bgp-ingest and has nothing to say.
func dialSpeaker(t *testing.T, address, port string) *speaker {
	t.Helper()
	s := newSpeaker(t, address, asn, func() [][]byte { return [][]byte{endOfRIB()} })
	_, text, err := net.SplitHostPort(port)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	s.serve(nil, uint16(number))
	return s
}

// openFiles returns how many files a process has open, 0 where that cannot be told.
func openFiles(p *process) int {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	return len(files)
}
