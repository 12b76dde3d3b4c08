package broker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

const (
	compactionInterval = time.Minute
	// compactionOctets is how much comes at most before the logs are compacted. The broker answers nobody
	// meanwhile, some 13 ms for each megabyte in the logs: a consumer that it leaves alone for its session
	// time-out (6 s) loses its partitions, and reads everything again.
	compactionOctets = 128 << 20
	// compactionCheck is how often it is looked whether a compaction is due.
	compactionCheck = time.Second
)

// compactor keeps the logs as short as their tables.
type compactor struct {
	cluster *kfake.Cluster
	dir     string // of the cluster's data; empty: in memory
	log     *slog.Logger
}

// run compacts when compactionOctets have been produced, or less an interval ago.
func (c *compactor) run(stop <-chan struct{}, produced *atomic.Int64) {
	ticker := time.NewTicker(compactionCheck)
	defer ticker.Stop()
	for compacted := time.Now(); ; {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		switch n := produced.Load(); {
		case n == 0:
			compacted = time.Now()
			continue
		case n < compactionOctets && time.Since(compacted) < compactionInterval:
			continue
		}
		produced.Store(0)
		if err := c.compact(); err != nil {
			c.log.Warn("topics not compacted; trying again in a minute", "error", err)
			produced.Add(1)
		}
		compacted = time.Now()
	}
}

// compact compacts all topics. kfake removes a partition's files before it writes
// the new ones, so they are kept under a second name until all are written.
func (c *compactor) compact() error {
	if c.dir == "" {
		c.cluster.Compact()
		return nil
	}
	if err := linkFiles(partitions(c.dir), backup(c.dir)); err != nil {
		return fmt.Errorf("keep the data before compaction: %w", err)
	}
	c.cluster.Compact()
	return os.RemoveAll(backup(c.dir))
}

func partitions(dir string) string { return filepath.Join(dir, "partitions") }
func backup(dir string) string     { return dir + ".compacting" }

// linkFiles gives each file below from a second name below to.
func linkFiles(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) && path == from {
				return nil
			}
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		return os.Link(path, filepath.Join(to, name))
	})
}

// repair takes a compaction back in the partitions where the process ended before it
// was complete. kfake writes a partition's newest record last, so the partition is
// complete if it reaches as far as it did before.
func repair(dir string) error {
	if dir == "" {
		return nil
	}
	saved, err := os.ReadDir(backup(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("repair an interrupted compaction: %w", err)
	}
	for _, entry := range saved {
		before, now := filepath.Join(backup(dir), entry.Name()), filepath.Join(partitions(dir), entry.Name())
		if err := restore(before, now); err != nil {
			return fmt.Errorf("repair the interrupted compaction of %s: %w", entry.Name(), err)
		}
	}
	return os.RemoveAll(backup(dir))
}

func restore(before, now string) error {
	wanted, err := endOffset(before)
	if err != nil {
		return err
	}
	found, err := endOffset(now)
	if err != nil || found >= wanted {
		return err
	}
	if err := os.RemoveAll(now); err != nil {
		return err
	}
	return os.Rename(before, now)
}

// endOffset returns the offset after the last record batch in a partition's files
// (Kafka's record batch, version 2), or 0.
func endOffset(partition string) (int64, error) {
	const offsetAndLength, lastOffsetDelta, header = 12, 23, 27
	files, err := filepath.Glob(filepath.Join(partition, "*.dat"))
	if err != nil {
		return 0, err
	}
	var end int64
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		for len(data) >= header {
			length := offsetAndLength + int(binary.BigEndian.Uint32(data[8:]))
			if length < header || length > len(data) {
				break
			}
			end = max(end, int64(binary.BigEndian.Uint64(data))+int64(binary.BigEndian.Uint32(data[lastOffsetDelta:]))+1)
			data = data[length:]
		}
	}
	return end, nil
}
