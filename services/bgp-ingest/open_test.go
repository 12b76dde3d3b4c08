package bgpingest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
)

// open is an OPEN message without options: version 4, AS 100, the hold time, 192.0.2.7.
func open(holdTime byte) []byte {
	return append(bytes.Repeat([]byte{0xff}, 16), 0, 29, 1, 4, 0, 100, 0, holdTime, 192, 0, 2, 7, 0)
}

func TestHoldTimeGuard(t *testing.T) {
	keepalive := append(bytes.Repeat([]byte{0xff}, 16), 0, 19, 4)
	for _, test := range []struct {
		name    string
		sent    []byte
		refused bool
	}{
		{"90 seconds", open(90), false},
		{"none", open(0), true},
		{"not an OPEN", append(keepalive, 0, 0, 0, 0, 0), false},
		{"short", keepalive, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			answer := make(chan []byte, 1)
			go func() {
				_, _ = theirs.Write(test.sent[:19])
				_, _ = theirs.Write(test.sent[19:])
				if test.refused {
					b := make([]byte, len(unacceptableHoldTime))
					_, _ = io.ReadFull(theirs, b)
					answer <- b
				}
				theirs.Close()
			}()
			got, err := io.ReadAll(&holdTimeGuard{Conn: ours})
			if errors.Is(err, errNoHoldTime) != test.refused {
				t.Errorf("error = %v", err)
			}
			if !test.refused && !bytes.Equal(got, test.sent) {
				t.Errorf("read %x, want %x", got, test.sent)
			}
			if test.refused {
				if b := <-answer; !bytes.Equal(b, unacceptableHoldTime) {
					t.Errorf("answered %x", b)
				}
			}
		})
	}
}
