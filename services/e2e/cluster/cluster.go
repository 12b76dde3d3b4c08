package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Config says what to start.
type Config struct {
	Dir     string // where the brokers keep data and logs
	Brokers int    // 0 is 1; topics have as many replicas, and of three two must be in sync
	// Partitions of topics that are created without a number; 0 is 1.
	Partitions int
	// Properties are further lines of server.properties; they override the own ones.
	Properties map[string]string
	// Format are further arguments of kafka-storage format, --add-scram for instance.
	Format []string
	// Security, if not nil, is how clients come in and what they may do.
	Security *Security
}

// Cluster is brokers that belong together. Each is a controller too.
type Cluster struct {
	Brokers []*Broker
}

// id is the cluster id of every cluster; nothing ever connects two of them.
const id = "YWx0b3N0cmVhbS10ZXN0cw"

// Start starts brokers and waits until all of them answer.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	jars, err := Jars()
	if err != nil {
		return nil, err
	}
	cfg.Brokers = max(cfg.Brokers, 1)
	cfg.Partitions = max(cfg.Partitions, 1)
	if cfg.Security != nil {
		cfg.Format = append(cfg.Security.format(), cfg.Format...)
	}
	c := &Cluster{}
	for i := range cfg.Brokers {
		b := &Broker{id: i + 1, dir: filepath.Join(cfg.Dir, fmt.Sprintf("broker-%d", i+1)), libs: filepath.Join(jars, "libs")}
		var errs [3]error
		b.port, errs[0] = FreePort()
		b.controller, errs[1] = FreePort()
		b.expired, errs[2] = FreePort()
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
		c.Brokers = append(c.Brokers, b)
	}
	if err := c.start(ctx, cfg); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, cfg Config) error {
	starting.Lock()
	defer starting.Unlock()
	var group errgroup.Group
	for _, b := range c.Brokers {
		group.Go(func() error {
			if err := b.format(c.properties(b, cfg), cfg.Format); err != nil {
				return err
			}
			return b.Start(ctx)
		})
	}
	return group.Wait()
}

// Bootstrap returns the brokers' addresses for clients.
func (c *Cluster) Bootstrap() string {
	addresses := make([]string, len(c.Brokers))
	for i, b := range c.Brokers {
		addresses[i] = b.Address()
	}
	return strings.Join(addresses, ",")
}

// Stop ends all brokers; Resume starts them again.
func (c *Cluster) Stop() {
	var group errgroup.Group
	for _, b := range c.Brokers {
		group.Go(func() error { b.Stop(); return nil })
	}
	_ = group.Wait()
}

// Resume starts brokers that were stopped, with their data at their addresses.
func (c *Cluster) Resume(ctx context.Context) error {
	starting.Lock()
	defer starting.Unlock()
	var group errgroup.Group
	for _, b := range c.Brokers {
		group.Go(func() error { return b.Start(ctx) })
	}
	return group.Wait()
}

// Close ends the brokers and removes their data; their logs stay.
func (c *Cluster) Close() {
	var errs []error
	for _, b := range c.Brokers {
		b.Kill()
		errs = append(errs, os.RemoveAll(b.data()))
	}
	_ = errors.Join(errs...)
}
