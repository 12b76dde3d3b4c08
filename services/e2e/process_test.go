package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/altostream/altostream/services/e2e/child"
)

const (
	patience    = 30 * time.Second // for what takes seconds at most
	endPatience = 10 * time.Second // from SIGTERM to the end of a process
)

// process is a program that runs, or ran.
type process struct {
	t    testing.TB
	name string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	silent bool // its output is of no interest when the test fails

	mu    sync.Mutex
	lines []string // of its standard output and error
}

// launch starts a program with these environment variables and no others. It is
// killed at the end of the test if it still runs.
func launch(t testing.TB, name string, env ...string) *process {
	t.Helper()
	cmd := exec.Command(filepath.Join(binaries, name))
	cmd.Env = env
	cmd.Dir = t.TempDir()
	return run(t, name, cmd)
}

// run starts a command, which is killed at the end of the test if it still runs.
func run(t testing.TB, name string, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, name: name, cmd: cmd, done: make(chan struct{})}
	output, input := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = input, input
	if err := child.Start(p.cmd); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	kept := make(chan struct{})
	go func() {
		p.keep(output)
		close(kept)
	}()
	go func() {
		_ = p.cmd.Wait()
		_ = input.Close()
		<-kept
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() && !p.silent {
			t.Logf("last lines of %s (process %d):\n%s", name, p.cmd.Process.Pid, strings.Join(p.last(40), "\n"))
		}
	})
	return p
}

func (p *process) keep(output io.Reader) {
	scanner := bufio.NewScanner(output)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		p.mu.Lock()
		p.lines = append(p.lines, scanner.Text())
		p.mu.Unlock()
	}
	_, _ = io.Copy(io.Discard, output)
}

// last returns the last n lines that the program has written; all for n < 0.
func (p *process) last(n int) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n < 0 || n > len(p.lines) {
		n = len(p.lines)
	}
	return append([]string(nil), p.lines[len(p.lines)-n:]...)
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// kill ends the program as SIGKILL does, and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// terminate asks the program to end and returns its exit status.
func (p *process) terminate() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("end %s: %v", p.name, err)
	}
	return p.status(endPatience)
}

// status waits for the program's end and returns its exit status.
func (p *process) status(d time.Duration) int {
	p.t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(d):
		p.t.Fatalf("%s has not ended within %v", p.name, d)
		return -1
	}
}

// line waits for a line that matches and returns its submatches.
func (p *process) line(pattern string) []string {
	p.t.Helper()
	expression := regexp.MustCompile(pattern)
	var found []string
	await(p.t, func() error {
		for _, line := range p.last(-1) {
			if found = expression.FindStringSubmatch(line); found != nil {
				return nil
			}
		}
		if p.ended() {
			return fmt.Errorf("%s has ended and never wrote a line like %s", p.name, pattern)
		}
		return fmt.Errorf("%s has not written a line like %s", p.name, pattern)
	})
	return found
}

// count returns how many lines so far match.
func (p *process) count(pattern string) (n int) {
	expression := regexp.MustCompile(pattern)
	for _, line := range p.last(-1) {
		if expression.MatchString(line) {
			n++
		}
	}
	return n
}

// http returns the address at which the program serves HTTP.
func (p *process) http() string {
	p.t.Helper()
	return p.line(`msg=started .*http=(\S+)`)[1]
}

// page returns what the program serves under a path.
func (p *process) page(path string) (status int, body string, err error) {
	p.t.Helper()
	response, err := http.Get("http://" + p.http() + path)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

// awaitReady waits until the program says that it is caught up.
func (p *process) awaitReady() {
	p.t.Helper()
	await(p.t, func() error {
		if p.ended() {
			return fmt.Errorf("%s has ended", p.name)
		}
		status, body, err := p.page("/readyz")
		if err == nil && status != http.StatusOK {
			err = errors.New(strings.TrimSpace(body))
		}
		return err
	})
}

// await waits until a condition has no error.
func await(t testing.TB, condition func() error) {
	t.Helper()
	awaitFor(t, patience, condition)
}

func awaitFor(t testing.TB, d time.Duration, condition func() error) {
	t.Helper()
	const step = 10 * time.Millisecond
	for deadline := time.Now().Add(d); ; {
		err := condition()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still after %v: %v", d, err)
		}
		time.Sleep(step)
	}
}
