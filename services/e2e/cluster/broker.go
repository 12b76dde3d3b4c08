package cluster

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// Broker is one broker.
type Broker struct {
	id               int
	dir, libs        string
	port, controller int
	expired          int // port for clients, with Security
	process          java
}

// Address returns the host:port for clients.
func (b *Broker) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(b.port)) }

// ID is the broker's id in the cluster.
func (b *Broker) ID() int { return b.id }

// Log is the file with the broker's output.
func (b *Broker) Log() string { return filepath.Join(b.dir, "server.log") }

func (b *Broker) data() string   { return filepath.Join(b.dir, "data") }
func (b *Broker) config() string { return filepath.Join(b.dir, "server.properties") }

// format writes the broker's configuration and makes its data folder.
func (b *Broker) format(properties string, args []string) error {
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(b.config(), []byte(properties), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(b.dir, "log4j2.properties"), []byte(logging), 0o600); err != nil {
		return err
	}
	format := append(b.java("64m", "kafka.tools.StorageTool"), "format", "--cluster-id", id, "--config", b.config())
	cmd := exec.Command("java", append(format, args...)...)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("format broker %d: %w\n%s", b.id, err, output)
	}
	return nil
}

// java is the arguments with which a class of Kafka's runs.
func (b *Broker) java(heap, class string) []string {
	return slices.Concat(quick, []string{
		"-Xmx" + heap, "-Dlog4j2.configurationFile=" + filepath.Join(b.dir, "log4j2.properties"),
		"-cp", filepath.Join(b.libs, "*"), class,
	})
}

// Start starts the broker, with the data that it has, and waits until it answers.
func (b *Broker) Start(ctx context.Context) error {
	b.process = java{log: b.Log(), args: append(b.java("512m", "kafka.Kafka"), b.config())}
	err := b.process.start(ctx, func(ctx context.Context) error { return accepts(ctx, b.Address()) })
	if err != nil {
		return fmt.Errorf("broker %d: %w", b.id, err)
	}
	return nil
}

// Stop asks the broker to end, and waits for it.
func (b *Broker) Stop() { b.process.end() }

// Kill ends the broker as SIGKILL does.
func (b *Broker) Kill() { b.process.kill() }

// Ended reports whether the broker's process has ended.
func (b *Broker) Ended() bool {
	select {
	case <-b.process.done:
		return true
	default:
		return false
	}
}

// Signal sends the broker a signal, SIGSTOP for instance.
func (b *Broker) Signal(s syscall.Signal) error { return b.process.signal(s) }
