package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/altostream/altostream/services/e2e/child"
)

const (
	startPatience = 90 * time.Second // for a server that starts
	endPatience   = 30 * time.Second // from SIGTERM to the end of a server
)

// starting has servers start one after the other (the brokers of a cluster together): on few
// cores several at once keep each other from being ready in time.
var starting sync.Mutex

// quick are the flags of a Java program that is to be ready soon rather than fast.
var quick = []string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"}

// Jars returns the folder that `make kafka` fills.
func Jars() (string, error) {
	_, file, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(file), "..", "..", "..", ".kafka")
	if _, err := os.Stat(filepath.Join(dir, "ready")); err != nil {
		return "", errors.New("no Apache Kafka here; run: make kafka")
	}
	return dir, nil
}

// java is a Java program that runs, or ran. Its output is in a file.
type java struct {
	log  string
	args []string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// start starts the program and waits until ready has no error.
func (j *java) start(ctx context.Context, ready func(context.Context) error) error {
	out, err := os.OpenFile(j.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	j.cmd, j.done = exec.Command("java", j.args...), make(chan struct{})
	j.cmd.Stdout, j.cmd.Stderr = out, out
	if err := child.Start(j.cmd); err != nil {
		return fmt.Errorf("start java: %w", err)
	}
	go func() {
		_ = j.cmd.Wait()
		close(j.done)
	}()
	return j.await(ctx, ready)
}

func (j *java) await(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-j.done:
			return fmt.Errorf("server ended at once (%v); its output is in %s", j.cmd.ProcessState, j.log)
		case <-ctx.Done():
			return fmt.Errorf("server is not ready: %w; its output is in %s", err, j.log)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// signal sends a signal, to a process that runs.
func (j *java) signal(s syscall.Signal) error {
	if err := j.cmd.Process.Signal(s); err != nil {
		return fmt.Errorf("signal %v: %w", s, err)
	}
	return nil
}

// end asks the program to end, and kills it if it takes too long.
func (j *java) end() {
	if j.cmd == nil || j.cmd.Process == nil {
		return
	}
	_ = j.cmd.Process.Signal(syscall.SIGCONT)
	_ = j.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-j.done:
	case <-time.After(endPatience):
		j.kill()
	}
}

// kill ends the program as SIGKILL does.
func (j *java) kill() {
	if j.cmd == nil || j.cmd.Process == nil {
		return
	}
	_ = j.cmd.Process.Kill()
	<-j.done
}

// FreePort returns a port of loopback that nothing listens on: below those that the kernel
// gives to clients and to who asks for any, so that it stays free.
func FreePort() (int, error) {
	const first, last = 15000, 32000
	for range last - first {
		port := first + rand.IntN(last-first)
		listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return port, listener.Close()
		}
	}
	return 0, fmt.Errorf("no port from %d to %d is free", first, last)
}

// accepts reports whether something listens on an address.
func accepts(ctx context.Context, address string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}
