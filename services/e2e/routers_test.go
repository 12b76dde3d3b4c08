package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/altostream/altostream/services/e2e/child"
	"github.com/altostream/altostream/services/lab/router"
)

// routersVariable has this test's program be a router that monitors its peers over BMP:
// GoBGP has global variables that two routers cannot share.
const routersVariable = "E2E_ROUTER"

// routerProcess is such a process. It ends with its standard input.
type routerProcess struct {
	orders  io.Writer
	answers *bufio.Reader
	process *os.Process
}

func startRouterProcess(t testing.TB) *routerProcess {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = []string{routersVariable + "=monitored"}
	cmd.Stderr = os.Stderr
	orders, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	r := &routerProcess{orders: orders, answers: bufio.NewReader(output), process: cmd.Process}
	if err := r.answer(); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *routerProcess) order(words ...string) error {
	if _, err := fmt.Fprintln(r.orders, strings.Join(words, " ")); err != nil {
		return err
	}
	return r.answer()
}

// answer reads a line that is "ok", or else is an error.
func (r *routerProcess) answer() error {
	line, err := r.answers.ReadString('\n')
	if err != nil {
		return fmt.Errorf("router: %w", err)
	}
	if strings.TrimSpace(line) != "ok" {
		return fmt.Errorf("router: %s", line)
	}
	return nil
}

// startNetwork starts the seed's network and returns it with its speakers as BGP_PEERS has
// them.
func startNetwork(t testing.TB) (*router.Network, string) {
	t.Helper()
	network, err := router.Start(t.Context(), router.Seed(), router.Config{
		First:     netip.MustParseAddr(firstRouter),
		Collector: router.Collector{Address: netip.MustParseAddr(collector), ASN: asn},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(network.Close)
	var peers []string
	for _, p := range network.Peers() {
		peers = append(peers, p.String())
	}
	return network, strings.Join(peers, ",")
}
