package lab

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/altostream/altostream/services/altoctl"
)

// TestByHand fails a link as a person does, who sees what follows, here and on the screen.
func TestByHand(t *testing.T) {
	t.Parallel()
	var shown safeBuffer
	l := startLabOn(t, Config{Routers: routersSeed}, &shown)
	shown.await(t, regexp.MustCompile(`routingcost`))
	address := shown.await(t, regexp.MustCompile(`http://(\S+)/metrics`))[1]
	const cut = "link R2–R3 fails\nR4 and R5 do not reach each other any more: R2–R3 was the only backbone link\n"
	for _, test := range []struct{ args, want string }{
		{"lab fail R2 R3", cut},
		{"lab restore R3 R2", "link R2–R3 is back\nR4 and R5 reach each other again\n"},
		{"lab metric R2 R3 30", "the metric from R2 to R3 is 30\n"},
	} {
		var out strings.Builder
		clients := l.Clients()
		clients.HTTPListen = address
		if err := altoctl.Run(t.Context(), clients, strings.Fields(test.args), &out, io.Discard); err != nil || out.String() != test.want {
			t.Errorf("%s prints %q, %v", test.args, out.String(), err)
		}
		event, follows, _ := strings.Cut(test.want, "\n")
		shown.await(t, regexp.MustCompile(`── `+event+` ──\n`+strings.Replace(follows, "R", "  R", 1)))
	}
}

// safeBuffer is a screen that is read while it is written.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// await waits until something is shown.
func (b *safeBuffer) await(t *testing.T, want *regexp.Regexp) []string {
	t.Helper()
	var found []string
	eventually(t, func() string {
		b.mu.Lock()
		defer b.mu.Unlock()
		if found = want.FindStringSubmatch(b.text.String()); found == nil {
			return "want " + want.String() + " in\n" + b.text.String()
		}
		return ""
	})
	return found
}
