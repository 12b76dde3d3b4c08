package clouds

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/altostream/altostream/services/e2e/child"
)

const (
	startPatience = 3 * time.Minute
	endPatience   = 30 * time.Second
)

// variable says that the clouds are there, and that a missing one is a failure.
const variable = "CLOUDS"

// require skips the test if the clouds are not to be there.
func require(t testing.TB) {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Skip(variable + " is not set: make test-clouds")
	}
}

// cache is the folder that `make clouds` fills.
func cache(t testing.TB) string {
	t.Helper()
	require(t)
	root, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(root, "altostream", "clouds")
	if _, err := os.Stat(filepath.Join(folder, "openstack", "ready")); err != nil {
		t.Fatalf("no clouds here; run: make clouds (%v)", err)
	}
	return folder
}

// scripts is this folder.
func scripts() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

// process is a program that runs until the test ends, or it is stopped.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	log  string
	done chan struct{}
}

// start starts a program and waits until ready has no error.
func start(t testing.TB, cmd *exec.Cmd, ready func() error) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, log: filepath.Join(t.TempDir(), "log"), done: make(chan struct{})}
	out, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := child.Start(cmd); err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(p.stop)
	p.await(ready)
	return p
}

func (p *process) await(ready func() error) {
	p.t.Helper()
	for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := ready()
		if err == nil {
			return
		}
		select {
		case <-p.done:
			err = errors.New("it has ended")
		default:
			if time.Since(begin) < startPatience {
				continue
			}
		}
		text, _ := os.ReadFile(p.log)
		p.t.Fatalf("%s is not ready: %v\n%s", p.cmd.Path, err, tail(text))
	}
}

func tail(text []byte) []byte { return text[max(0, len(text)-4000):] }

// stop ends the program and waits for its end.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(endPatience):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// run runs a program to its end.
func run(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, tail(output))
	}
}

// freePort returns a port of loopback that nobody listens on.
func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// dial reports whether somebody listens on a port of loopback.
func dial(port int) func() error {
	return func() error {
		connection, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			connection.Close()
		}
		return err
	}
}
