package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/altostream/altostream/services/e2e/child"
	"github.com/altostream/altostream/services/lab/router"
)

// Routers run in a process of their own, which is this test's program with the variable
// below: GoBGP, which is the monitored one, has global variables that two cannot share.
const (
	routersVariable = "E2E_ROUTERS"
	seedRouters     = "seed"      // the seed's network
	monitoredRouter = "monitored" // one that monitors its peers over BMP
)

// routers are a process of routers. It ends with its standard input.
type routers struct {
	peers   string // as BGP_PEERS has them; none of a monitored router
	orders  io.Writer
	answers *bufio.Reader
	process *os.Process
}

func startRouters(t testing.TB) *routers { return startRouterProcess(t, seedRouters) }

func startRouterProcess(t testing.TB, kind string) *routers {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = []string{routersVariable + "=" + kind}
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
	r := &routers{orders: orders, answers: bufio.NewReader(output), process: cmd.Process}
	if r.peers, err = r.answer(); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *routers) failLink(a, b string) error    { return r.order("fail", a, b) }
func (r *routers) restoreLink(a, b string) error { return r.order("restore", a, b) }

func (r *routers) setMetric(from, to string, metric int) error {
	return r.order("metric", from, to, strconv.Itoa(metric))
}

func (r *routers) order(words ...string) error {
	if _, err := fmt.Fprintln(r.orders, strings.Join(words, " ")); err != nil {
		return err
	}
	_, err := r.answer()
	return err
}

// answer reads a line that begins with "ok", or else is an error.
func (r *routers) answer() (string, error) {
	line, err := r.answers.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("routers: %w", err)
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(line), "ok")
	if !ok {
		return "", fmt.Errorf("routers: %s", line)
	}
	return strings.TrimSpace(text), nil
}

// serveRouters runs the network until there are no more orders.
func serveRouters(orders io.Reader, answers io.Writer) error {
	network, err := router.Start(context.Background(), router.Seed(), router.Config{
		First:     netip.MustParseAddr(firstRouter),
		Collector: router.Collector{Address: netip.MustParseAddr(collector), ASN: asn},
	})
	if err != nil {
		return err
	}
	defer network.Close()
	var peers []string
	for _, p := range network.Peers() {
		peers = append(peers, p.String())
	}
	fmt.Fprintln(answers, "ok", strings.Join(peers, ","))
	for scanner := bufio.NewScanner(orders); scanner.Scan(); {
		if err := obey(network, strings.Fields(scanner.Text())); err != nil {
			fmt.Fprintln(answers, err)
			continue
		}
		fmt.Fprintln(answers, "ok")
	}
	return nil
}

func obey(network *router.Network, words []string) error {
	switch words[0] {
	case "fail":
		return network.FailLink(words[1], words[2])
	case "restore":
		return network.RestoreLink(words[1], words[2])
	}
	metric, err := strconv.ParseUint(words[3], 10, 16)
	if err != nil {
		return err
	}
	return network.SetMetric(words[1], words[2], uint16(metric))
}
