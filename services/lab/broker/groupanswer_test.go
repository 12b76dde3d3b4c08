package broker

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// member is a client that joins a group, request by request.
type member struct {
	t          *testing.T
	conn       net.Conn
	id         string
	generation int32
	asked      int32
}

// session is the shortest that brokers take.
const session = 6 * time.Second

func newMember(t *testing.T, address string) *member {
	m := &member{t: t}
	m.connect(address)
	return m
}

func (m *member) connect(address string) {
	m.t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { conn.Close() })
	m.conn = conn
}

func (m *member) send(request kmsg.Request) {
	m.t.Helper()
	m.asked++
	if _, err := m.conn.Write(kmsg.NewRequestFormatter().AppendRequest(nil, request, m.asked)); err != nil {
		m.t.Fatal(err)
	}
}

// receive reads an answer; it fails the test if none comes in a time.
func (m *member) receive(answer kmsg.Response, within time.Duration) error {
	m.t.Helper()
	_ = m.conn.SetReadDeadline(time.Now().Add(within))
	head := make([]byte, 8)
	if _, err := io.ReadFull(m.conn, head); err != nil {
		if isTimeout(err) {
			m.t.Fatalf("no answer in %v to %T", within, answer)
		}
		return err
	}
	body := make([]byte, binary.BigEndian.Uint32(head)-4)
	if _, err := io.ReadFull(m.conn, body); err != nil {
		m.t.Fatal(err)
	}
	return answer.ReadFrom(body)
}

func (m *member) sendJoin() {
	m.t.Helper()
	r := kmsg.NewPtrJoinGroupRequest()
	r.Version, r.Group, r.MemberID, r.ProtocolType = 4, "g", m.id, "consumer"
	r.SessionTimeoutMillis, r.RebalanceTimeoutMillis = int32(session.Milliseconds()), 300_000
	p := kmsg.NewJoinGroupRequestProtocol()
	p.Name = "range"
	r.Protocols = append(r.Protocols, p)
	m.send(r)
}

func (m *member) joined() (*kmsg.JoinGroupResponse, error) {
	m.t.Helper()
	r := kmsg.NewPtrJoinGroupResponse()
	r.Version = 4
	err := m.receive(r, 3*session)
	if err == nil {
		m.id, m.generation = r.MemberID, r.Generation
		err = kerr.ErrorForCode(r.ErrorCode)
	}
	return r, err
}

// enter sends the join of a new member, with the id that it is given first.
func (m *member) enter() {
	m.t.Helper()
	m.sendJoin()
	if _, err := m.joined(); !errors.Is(err, kerr.MemberIDRequired) {
		m.t.Fatal(err)
	}
	m.sendJoin()
}

// sync syncs, and leads if it is told to.
func (m *member) sync() {
	m.t.Helper()
	r := kmsg.NewPtrSyncGroupRequest()
	r.Group, r.MemberID, r.Generation = "g", m.id, m.generation
	m.send(r)
	answer := kmsg.NewPtrSyncGroupResponse()
	if err := errors.Join(m.receive(answer, 3*session), kerr.ErrorForCode(answer.ErrorCode)); err != nil {
		m.t.Fatal(err)
	}
}

func (m *member) heartbeat() error {
	m.t.Helper()
	r := kmsg.NewPtrHeartbeatRequest()
	r.Group, r.MemberID, r.Generation = "g", m.id, m.generation
	m.send(r)
	answer := kmsg.NewPtrHeartbeatResponse()
	if err := m.receive(answer, 3*session); err != nil {
		m.t.Fatal(err)
	}
	return kerr.ErrorForCode(answer.ErrorCode)
}

// rejoins sends heartbeats until the group is to be joined again, and the join.
func (m *member) rejoins(within time.Duration) {
	m.t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(session / 100) {
		if err := m.heartbeat(); errors.Is(err, kerr.RebalanceInProgress) {
			m.sendJoin()
			return
		}
	}
	m.t.Fatalf("no rebalance in %v", within)
}

// isAlone fails the test unless the member is the only one of its group.
func (m *member) isAlone() {
	m.t.Helper()
	r, err := m.joined()
	if err != nil || len(r.Members) != 1 {
		m.t.Fatalf("the group has %d members, error %v", len(r.Members), err)
	}
	m.sync()
}

// joinsAgain returns a broker and two members of a group: the first was alone in it and joins again, because the second joins. Neither
// is answered yet.
func joinsAgain(t *testing.T) (b *Broker, first, second *member) {
	t.Helper()
	b = startBroker(t, "")
	first, second = newMember(t, b.KafkaAddress()), newMember(t, b.KafkaAddress())
	first.enter()
	first.isAlone()
	second.enter()
	first.rejoins(session)
	return b, first, second
}

// TestMemberGoneWhileItJoins has a client end while it waits for an answer to its join, so that it is a member of the
// group that has gone: that is noticed when its session ends.
func TestMemberGoneWhileItJoins(t *testing.T) {
	t.Parallel()
	_, stays, goes := joinsAgain(t)
	goes.conn.Close()
	if r, err := stays.joined(); err != nil || len(r.Members) != 2 {
		t.Fatalf("the group has %d members, error %v", len(r.Members), err)
	}
	stays.sync()
	stays.rejoins(2 * session)
	stays.isAlone()
}

// TestMemberThatIsNotAnswered has a rebalance take longer than a session, so that the session of a member that waits for
// it ends: its connection does too, and it can join anew.
func TestMemberThatIsNotAnswered(t *testing.T) {
	t.Parallel()
	b, waits, delays := joinsAgain(t)
	for _, m := range []*member{waits, delays} {
		if _, err := m.joined(); err != nil {
			t.Fatal(err)
		}
	}
	waits.sync()
	delays.sync()
	newMember(t, b.KafkaAddress()).enter()
	waits.rejoins(session)
	time.Sleep(session / 2)
	if err := delays.heartbeat(); !errors.Is(err, kerr.RebalanceInProgress) {
		t.Fatal(err)
	}
	if r, err := waits.joined(); err == nil {
		t.Fatalf("the member was answered: %v", r)
	}
	waits.connect(b.KafkaAddress())
	waits.sendJoin()
	if _, err := waits.joined(); !errors.Is(err, kerr.UnknownMemberID) {
		t.Fatalf("the member is still one: %v", err)
	}
}
