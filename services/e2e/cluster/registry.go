package cluster

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// Registry is a schema registry, which keeps its schemas in memory.
type Registry struct {
	address string
	process java
}

// StartRegistry starts a registry, with its log in a folder, and waits until it answers.
func StartRegistry(ctx context.Context, dir string) (*Registry, error) {
	jars, err := Jars()
	if err != nil {
		return nil, err
	}
	runners, err := filepath.Glob(filepath.Join(jars, "registry", "*-runner.jar"))
	if err != nil || len(runners) != 1 {
		return nil, fmt.Errorf("%d registries in %s, want one; run: make kafka", len(runners), jars)
	}
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	r := &Registry{address: fmt.Sprintf("127.0.0.1:%d", port)}
	r.process = java{log: filepath.Join(dir, "registry.log"), args: slices.Concat(quick, []string{
		"-Xmx256m", "-Dquarkus.http.host=127.0.0.1", fmt.Sprintf("-Dquarkus.http.port=%d", port), "-jar", runners[0],
	})}
	starting.Lock()
	defer starting.Unlock()
	if err := r.process.start(ctx, r.answers); err != nil {
		r.Close()
		return nil, fmt.Errorf("registry: %w", err)
	}
	return r, nil
}

// URL returns the URL of its Confluent-compatible API.
func (r *Registry) URL() string { return "http://" + r.address + "/apis/ccompat/v7" }

func (r *Registry) answers(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL()+"/subjects", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", request.URL, response.Status)
	}
	return nil
}

// Signal sends the registry a signal: SIGSTOP takes it away with what it knows.
func (r *Registry) Signal(s syscall.Signal) error { return r.process.signal(s) }

// Close ends the registry.
func (r *Registry) Close() { r.process.kill() }
