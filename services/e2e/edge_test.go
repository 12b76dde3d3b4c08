package e2e

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
)

// edge is a router that connects to bgp-ingest, to several of them or again and again,
// and loses its sessions in every way there is. It knows what it told: the truth that
// raw-topology has to hold.
type edge struct {
	t       testing.TB
	address netip.Addr
	hold    time.Duration // hold time that it offers
	restart time.Duration // restart time (RFC 4724 §3); 0 = not offered
	stale   time.Duration // long-lived stale time (RFC 9494 §3.1); 0 = not offered

	mu    sync.Mutex
	table map[string]entry // by the NLRI's key
	wires []*wire
}

// entry is an object of an edge's table.
type entry struct {
	nlri   bgpls.NLRI
	metric uint32 // IGP metric; 0 = told without attributes
}

func (e entry) announce() []byte {
	if e.metric == 0 {
		return announce(nil, e.nlri)
	}
	return announce(igpMetric(e.metric), e.nlri)
}

func newEdge(t *testing.T, address string) *edge {
	return &edge{t: t, address: netip.MustParseAddr(address), hold: 90 * time.Second, table: map[string]entry{}}
}

// peer returns the edge as BGP_PEERS has it.
func (e *edge) peer() string { return fmt.Sprintf("%s;%d;passive", e.address, asn) }

// source returns the edge's name in keys.
func (e *edge) source() string { return "bgp:" + e.address.String() }

// put puts an object into the table and tells it in all sessions.
func (e *edge) put(metric uint32, nlris ...bgpls.NLRI) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, n := range nlris {
		e.table[n.Key()] = entry{n, metric}
		e.sayAll(e.table[n.Key()].announce())
	}
}

// drop takes objects out of the table and withdraws them in all sessions.
func (e *edge) drop(nlris ...bgpls.NLRI) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, n := range nlris {
		delete(e.table, n.Key())
	}
	e.sayAll(withdraw(nlris...))
}

// sayAll says something in all sessions; those that cannot take it are over.
func (e *edge) sayAll(bodies ...[]byte) {
	e.wires = slices.DeleteFunc(e.wires, func(w *wire) bool { return w.say(bodies...) != nil })
}

// greeting is the UPDATEs of the table, without End-of-RIB.
func (e *edge) greeting() (bodies [][]byte) {
	for _, key := range slices.Sorted(maps.Keys(e.table)) {
		bodies = append(bodies, e.table[key].announce())
	}
	return bodies
}

// up connects and tells the whole table.
func (e *edge) up(port string) *wire {
	e.t.Helper()
	w := e.connect(port)
	e.tell(w)
	return w
}

// tell tells the table in a new session, and from now on what changes.
func (e *edge) tell(w *wire) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = w.say(append(e.greeting(), endOfRIB())...)
	e.wires = append(e.wires, w)
}

// connect opens a session and tries until there is one.
func (e *edge) connect(port string) *wire {
	e.t.Helper()
	var w *wire
	await(e.t, func() (err error) {
		w, err = e.dial(port)
		return err
	})
	e.t.Cleanup(w.cut)
	return w
}

// stay connects again whenever a session is lost, until the end of the test.
func (e *edge) stay(port string) {
	ctx, cancel := context.WithCancel(context.Background())
	var dialing sync.WaitGroup
	dialing.Go(func() {
		for ctx.Err() == nil {
			w, err := e.dial(port)
			if err != nil {
				time.Sleep(10 * time.Millisecond)
				continue
			}
			e.tell(w)
			select {
			case <-w.over:
			case <-ctx.Done():
			}
			w.cut()
		}
	})
	e.t.Cleanup(func() {
		cancel()
		dialing.Wait()
	})
}

func (e *edge) dial(port string) (*wire, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: e.address.AsSlice()}, Timeout: patience}
	conn, err := dialer.Dial("tcp", port)
	if err != nil {
		return nil, err
	}
	w := &wire{tcp: conn.(*net.TCPConn), in: bufio.NewReader(conn), hold: e.hold, over: make(chan struct{})}
	if err := w.open(e.openMessage()); err != nil {
		w.cut()
		return nil, fmt.Errorf("%s has no session: %w", e.address, err)
	}
	go w.listen()
	go w.keepAlive()
	return w, nil
}

// openMessage is the body of the edge's OPEN (RFC 4271 §4.2).
func (e *edge) openMessage() []byte {
	capabilities := []byte{1, 4, 0x40, 4, 0, 71, 65, 4, 0, 0, 0, asn} // BGP-LS, 4-octet AS number
	if e.restart > 0 {
		capabilities = append(capabilities, 64, 6)
		capabilities = binary.BigEndian.AppendUint16(capabilities, uint16(e.restart.Seconds()))
		capabilities = append(capabilities, 0x40, 4, 71, 0x80)
	}
	if e.stale > 0 {
		capabilities = append(capabilities, 71, 7, 0x40, 4, 71, 0x80, 0, 0, byte(e.stale.Seconds()))
	}
	b := []byte{4, 0, asn}
	b = binary.BigEndian.AppendUint16(b, uint16(e.hold.Seconds()))
	b = append(b, e.address.AsSlice()...)
	b = append(b, byte(len(capabilities)+2), 2, byte(len(capabilities)))
	return append(b, capabilities...)
}

// wire is one session of an edge, to its last octet in the hands of the test.
type wire struct {
	tcp  *net.TCPConn
	in   *bufio.Reader
	hold time.Duration
	over chan struct{} // closed when the other side has ended the session, or says nothing for the hold time

	writing sync.Mutex
	pulled  bool
}

// Types of messages (RFC 4271 §4.1).
const (
	openType      = 1
	updateType    = 2
	keepaliveType = 4
)

func (w *wire) open(ours []byte) error {
	_ = w.tcp.SetDeadline(time.Now().Add(patience))
	defer func() { _ = w.tcp.SetDeadline(time.Time{}) }()
	for _, m := range []struct {
		typ  byte
		body []byte
	}{{openType, ours}, {keepaliveType, nil}} {
		if _, err := w.tcp.Write(frame(m.typ, m.body)); err != nil {
			return err
		}
		typ, body, err := w.read()
		if err == nil && typ != m.typ {
			err = fmt.Errorf("message type %d: %x", typ, body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// frame is a message of BGP (RFC 4271 §4.1).
func frame(typ byte, body []byte) []byte {
	b := make([]byte, 16, 19+len(body))
	for i := range b {
		b[i] = 0xff
	}
	b = binary.BigEndian.AppendUint16(b, uint16(19+len(body)))
	return append(append(b, typ), body...)
}

func (w *wire) read() (typ byte, body []byte, err error) {
	head := make([]byte, 19)
	if _, err := io.ReadFull(w.in, head); err != nil {
		return 0, nil, err
	}
	body = make([]byte, binary.BigEndian.Uint16(head[16:])-19)
	_, err = io.ReadFull(w.in, body)
	return head[18], body, err
}

// listen ends the session, as a router does, when the other side is not heard for the
// hold time.
func (w *wire) listen() {
	defer close(w.over)
	for {
		_ = w.tcp.SetReadDeadline(time.Now().Add(w.hold))
		if typ, _, err := w.read(); err != nil || typ != keepaliveType && typ != updateType {
			break
		}
	}
	if !w.isPulled() {
		w.cut()
	}
}

func (w *wire) keepAlive() {
	for {
		select {
		case <-w.over:
			return
		case <-time.After(w.hold / 9):
			_ = w.write(frame(keepaliveType, nil))
		}
	}
}

// say sends UPDATEs.
func (w *wire) say(bodies ...[]byte) error {
	var b []byte
	for _, body := range bodies {
		b = append(b, frame(updateType, body)...)
	}
	return w.write(b)
}

func (w *wire) write(b []byte) error {
	w.writing.Lock()
	defer w.writing.Unlock()
	if w.pulled {
		return nil
	}
	_, err := w.tcp.Write(b)
	return err
}

func (w *wire) isPulled() bool {
	w.writing.Lock()
	defer w.writing.Unlock()
	return w.pulled
}

// cut closes the connection without a word.
func (w *wire) cut() { w.tcp.Close() }

// pull pulls the cable: nothing is said any more, and nothing is closed.
func (w *wire) pull() {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.pulled = true
}

// ended reports whether the session is over.
func (w *wire) ended() bool {
	select {
	case <-w.over:
		return true
	default:
		return false
	}
}

// newEdgeChain starts a broker. bgp-ingest is to listen on the port that is returned,
// which it has each time it is started, and waits for the edges.
func newEdgeChain(t *testing.T, edges []*edge, env ...string) (c *chain, port string) {
	t.Helper()
	clients := startBroker(t, 1)
	c = &chain{t: t, topics: followTopics(t, clients), clients: clients, processes: map[string]*process{}}
	port = freeAddress(t)
	c.env = map[string][]string{
		"bgp-ingest":  append([]string{"BGP_ASN=100", "BGP_LISTEN=" + port, peersOf(edges)}, env...),
		"map-builder": env,
	}
	return c, port
}

func peersOf(edges []*edge) string {
	var peers []string
	for _, e := range edges {
		peers = append(peers, e.peer())
	}
	return "BGP_PEERS=" + strings.Join(peers, ",")
}

// tells returns how what raw-topology holds of an edge differs from its table.
func (c *chain) tells(e *edge) error { return c.tellsIn("default", e) }

func (c *chain) tellsIn(topology string, e *edge) error {
	want := map[string]string{}
	e.mu.Lock()
	for key, o := range e.table {
		want[key] = fmt.Sprint(o.metric)
	}
	e.mu.Unlock()
	return differ("what "+e.source()+" tells", want, c.toldIn(topology, e))
}

// told returns the objects that raw-topology holds of an edge, and their IGP metrics.
func (c *chain) told(e *edge) map[string]string { return c.toldIn("default", e) }

func (c *chain) toldIn(topology string, e *edge) map[string]string {
	told := map[string]string{}
	for key, v := range table(c.log(schemas.RawTopologyTopic)) {
		object, ok := strings.CutPrefix(key, topology+"|"+e.source()+"|")
		if !ok || object == schemas.KindPeer {
			continue
		}
		told[object] = "?"
		if r, ok := v.(*schemas.RawTopology); ok {
			told[object] = metricOf(r)
		}
	}
	return told
}

func metricOf(r *schemas.RawTopology) string {
	metric := uint32(0)
	if r.Attributes != nil && r.Attributes.IGPMetric != nil {
		metric = *r.Attributes.IGPMetric
	}
	if r.AttributesLost {
		return fmt.Sprintf("%d lost", metric)
	}
	return fmt.Sprint(metric)
}

// isSynced waits until an edge has told its table and raw-topology holds it.
func (c *chain) isSynced(e *edge) {
	c.t.Helper()
	c.peerIs(e.source(), schemas.PeerSynced)
	await(c.t, func() error { return c.tells(e) })
}

// objectRecords returns the records about objects of an edge, in their order.
func (c *chain) objectRecords(e *edge) (records []record) {
	for _, r := range c.log(schemas.RawTopologyTopic) {
		if object, ok := strings.CutPrefix(r.key, "default|"+e.source()+"|"); ok && object != schemas.KindPeer {
			records = append(records, r)
		}
	}
	return records
}

// neverWithdrawn reports records that withdraw an object of an edge.
func (c *chain) neverWithdrawn(e *edge, nlris ...bgpls.NLRI) {
	c.t.Helper()
	for i, r := range c.objectRecords(e) {
		object := strings.TrimPrefix(r.key, "default|"+e.source()+"|")
		if r.value == nil && slices.ContainsFunc(nlris, func(n bgpls.NLRI) bool { return n.Key() == object }) {
			c.t.Errorf("record %d of %s withdraws %s", i, e.source(), object)
		}
	}
}

// noMap reports a map that is there.
func (c *chain) noMap(topic string) error {
	if n := len(table(c.log(topic))); n != 0 {
		return fmt.Errorf("%s holds %d maps, want none", topic, n)
	}
	return nil
}
