package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"
)

// An instance of the lab's workload takes this much of a host.
const (
	instanceVCPU = 2
	instanceRAM  = 4096 // MB
	instanceDisk = 20   // GB
)

// Instances of a host: full is as many as its memory holds.
const (
	fewInstances  = 12
	someInstances = 20
	manyInstances = 26
	fullInstances = 31
)

// load is the workload of the hosts of a compute document, which it keeps there.
type load struct {
	document string
	random   *rand.Rand

	mu        sync.Mutex
	instances map[string]int  // by host
	full      map[string]bool // left alone
}

// newLoad reads the hosts of a compute document.
func newLoad(document string) (*load, error) {
	l := &load{document: document, random: rand.New(rand.NewPCG(1, 2)), instances: map[string]int{}, full: map[string]bool{}}
	hosts, err := l.read()
	for host := range hosts {
		l.instances[host] = someInstances
	}
	return l, err
}

// read returns the hosts of the document.
func (l *load) read() (map[string]map[string]any, error) {
	text, err := os.ReadFile(l.document)
	if err != nil {
		return nil, err
	}
	var hosts map[string]map[string]any
	if err := json.Unmarshal(text, &hosts); err != nil {
		return nil, fmt.Errorf("%s: %w", l.document, err)
	}
	return hosts, nil
}

// churn starts and ends instances, one at a time, until ctx ends.
func (l *load) churn(ctx context.Context, pause time.Duration) error {
	for {
		if err := l.write(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		l.move()
	}
}

// move starts or ends an instance on each host that is not full.
func (l *load) move() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for host, n := range l.instances {
		if !l.full[host] {
			l.instances[host] = min(max(n+l.random.IntN(3)-1, fewInstances), manyInstances)
		}
	}
}

// fill starts as many instances on a host as there is memory for.
func (l *load) fill(host string) error {
	l.set(host, fullInstances, true)
	return l.write()
}

// drain ends many of its instances.
func (l *load) drain(host string) error {
	l.set(host, someInstances, false)
	return l.write()
}

func (l *load) set(host string, instances int, full bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.instances[host], l.full[host] = instances, full
}

// write puts what the instances use into the document. What a person changed in it stays; while it cannot be read
// it is left alone.
func (l *load) write() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	hosts, err := l.read()
	if err != nil {
		return nil
	}
	for host, n := range l.instances {
		if fields := hosts[host]; fields != nil {
			fields["instances"], fields["vcpu_used"], fields["ram_used"], fields["disk_used"] = n, n*instanceVCPU, n*instanceRAM, n*instanceDisk
		}
	}
	text, err := json.MarshalIndent(hosts, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(l.document+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(l.document+".new", l.document)
}
