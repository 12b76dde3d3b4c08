package broker

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestRandomBytes sends what is no request to the broker, which must go on serving.
func TestRandomBytes(t *testing.T) {
	b := startBroker(t, "")
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		send(t, b.KafkaAddress(), randomBytes(random, 1+random.IntN(64)))
	}
	for key := int16(-2); key < 110; key++ { // a plausible length, any key and version
		for version := int16(-1); version < 21; version++ {
			send(t, b.KafkaAddress(), frame(key, version, randomBytes(random, random.IntN(64))))
		}
	}
	producer := newProducer(t, b.KafkaAddress())
	produce(t, producer, topic, "k", []byte("v"))
	if got := readAll(t, b.KafkaAddress(), topic); len(got) != 1 || got[0] != "k=v" {
		t.Errorf("read %v", got)
	}
}

func TestRequestThatIsNone(t *testing.T) {
	b := startBroker(t, "")
	for name, request := range map[string][]byte{
		"unknown key":     frame(9999, 0, make([]byte, 6)),
		"negative key":    frame(-1, 0, make([]byte, 6)),
		"unknown version": frame(kmsg.Fetch.Int16(), 999, make([]byte, 6)),
		"too long":        binary.BigEndian.AppendUint32(nil, maxRequest+1),
		"negative length": {0xff, 0xff, 0xff, 0xff, 0, 18, 0, 0},
		"too short":       {0, 0, 0, 4, 0, 18, 0, 0},
		"long client id":  {0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0x7f, 0xff},
		"tagged fields":   frame(kmsg.ApiVersions.Int16(), 3, []byte{0xff, 0xff, 0xff, 0xff, 0x0f}),
	} {
		request = append(request, make([]byte, 16)...)
		conn, err := net.Dial("tcp", b.KafkaAddress())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write(request)
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if answer, err := io.ReadAll(conn); len(answer) > 0 || isTimeout(err) {
			t.Errorf("%s: got %d bytes and %v, not the end of the connection", name, len(answer), err)
		}
		conn.Close()
	}
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error)
	return ok && e.Timeout()
}

// send writes to a connection of its own.
func send(t *testing.T, address string, data []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Write(data)
	conn.Close()
}

func randomBytes(random *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// frame is a request with a correct length, a correlation id and no client id.
func frame(key, version int16, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(10+len(body)))
	b = binary.BigEndian.AppendUint16(b, uint16(key))
	b = binary.BigEndian.AppendUint16(b, uint16(version))
	b = binary.BigEndian.AppendUint32(b, 7)
	b = binary.BigEndian.AppendUint16(b, 0xffff)
	return append(b, body...)
}
