package frr

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/services/e2e/child"
)

// daemons is where Debian's package has them.
const daemons = "/usr/lib/frr"

// router is a router that runs, in a network namespace of its own.
type router struct {
	t         testing.TB
	number    int
	namespace string
	directory string // of its configuration, pid files and sockets
}

func (r *router) name() string { return routerName(r.number) }

func routerName(number int) string { return fmt.Sprintf("R%d", number) }

// run runs a command that must succeed.
func run(t testing.TB, command ...string) string {
	t.Helper()
	out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", strings.Join(command, " "), err, out)
	}
	return string(out)
}

// start starts zebra, and the daemons that have a configuration.
func (r *router) start(configuration map[string]string) {
	r.t.Helper()
	r.own(r.directory)
	for _, daemon := range []string{"zebra", "ospfd", "ospf6d", "isisd"} {
		text, configured := configuration[daemon]
		if !configured {
			continue
		}
		path := filepath.Join(r.directory, daemon+".conf")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
		r.own(path)
		r.startDaemon(daemon, path)
		r.await(filepath.Join(r.directory, daemon+".vty"))
		if daemon == "zebra" {
			r.await(r.zebra())
		}
	}
}

// own gives a file to the user as whom FRR runs.
func (r *router) own(path string) {
	r.t.Helper()
	u, err := user.Lookup("frr")
	if err != nil {
		r.t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(path, uid, gid); err != nil {
		r.t.Fatal(err)
	}
}

func (r *router) zebra() string { return filepath.Join(r.directory, "zserv.api") }

func (r *router) startDaemon(daemon, configuration string) {
	r.t.Helper()
	// The daemon changes its user and so would outlive a test that is killed; not the
	// namespace that it is in.
	cmd := exec.Command("unshare", "--fork", "--pid", "--kill-child", "sh", "-c", `"$@" & wait`, "sh",
		"ip", "netns", "exec", r.namespace, filepath.Join(daemons, daemon),
		"--vty_socket", r.directory, "-i", filepath.Join(r.directory, daemon+".pid"), "-z", r.zebra(),
		"-f", configuration, "--log", "stdout", "--log-level", "critical", "-A", "127.0.0.1", "-P", "0")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := child.Start(cmd); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if r.t.Failed() && said.Len() > 0 {
			r.t.Logf("%s, %s: %s", r.name(), daemon, said.String())
		}
	})
}

// await waits until a socket accepts connections.
func (r *router) await(socket string) {
	r.t.Helper()
	const patience = 20 * time.Second
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var c net.Conn
		if c, err = net.Dial("unix", socket); err == nil {
			c.Close()
			return
		}
		if !errors.Is(err, fs.ErrNotExist) && !strings.Contains(err.Error(), "refused") {
			break
		}
	}
	r.t.Fatalf("%s: %s is not there after %v: %v", r.name(), socket, patience, err)
}

// show returns what a daemon answers to a command of its vty, as vtysh asks: the command
// ends with a zero byte, the answer with three of them and a status.
func (r *router) show(daemon, command string) string {
	r.t.Helper()
	c, err := net.Dial("unix", filepath.Join(r.directory, daemon+".vty"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	var answer []byte
	for _, command := range []string{"enable", command} {
		if _, err := c.Write(append([]byte(command), 0)); err != nil {
			r.t.Fatal(err)
		}
		answer = answer[:0]
		for len(answer) < 4 || !bytes.Equal(answer[len(answer)-4:len(answer)-1], []byte{0, 0, 0}) {
			b := make([]byte, 1<<16)
			n, err := c.Read(b)
			if err != nil {
				r.t.Fatalf("%s, %s: %q: %v", r.name(), daemon, command, err)
			}
			answer = append(answer, b[:n]...)
		}
	}
	return string(answer[:len(answer)-4])
}

// configure changes the configuration.
func (r *router) configure(lines ...string) {
	r.t.Helper()
	command := []string{"vtysh", "--vty_socket", r.directory, "-c", "configure terminal"}
	for _, line := range lines {
		command = append(command, "-c", line)
	}
	if out := run(r.t, command...); strings.Contains(out, "%") {
		r.t.Fatalf("%s: %q: %s", r.name(), lines, out)
	}
}

// runs tells whether the router has a daemon.
func (r *router) runs(daemon string) bool {
	_, err := os.Stat(filepath.Join(r.directory, daemon+".vty"))
	return err == nil
}
