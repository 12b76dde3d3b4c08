package router

import (
	"bytes"
	"context"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/bgpls"
)

var captures = filepath.Join("..", "..", "..", "libs", "bgpls", "testdata", "captures")

func startReplay(t *testing.T, file string, adjust func(*ReplayConfig)) *Replay {
	t.Helper()
	cfg := ReplayConfig{
		File:      file,
		First:     netip.MustParseAddr("127.0.0.21"),
		Collector: Collector{netip.MustParseAddr("127.0.0.1"), asn},
	}
	if adjust != nil {
		adjust(&cfg)
	}
	r, err := StartReplay(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func TestReplayIsByteForByte(t *testing.T) {
	for _, name := range []string{"isis.mrt", "ospf.mrt"} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(captures, name)
			r := startReplay(t, file, nil)
			peers := r.Peers()
			if len(peers) != 2 || peers[0].Name != "10.99.2.2" || peers[1].Name != "10.99.3.3" || peers[1].ASN != 100 {
				t.Fatalf("speakers: %v", peers)
			}
			c := newCollector(t, asn, peers)
			within(t, r.Done())
			checkBodies(t, c, r)

			c.close() // starts over
			c.connect(asn, peers)
			c.await("second session", peers, func(s *told) bool { return s.session == 2 })
			checkBodies(t, c, r)
		})
	}
}

func within(t *testing.T, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(15 * time.Second):
		t.Fatal("not done within 15 s")
	}
}

// checkBodies waits for all that was recorded and compares it.
func checkBodies(t *testing.T, c *collector, r *Replay) {
	t.Helper()
	recordings, err := readRecordings(r.cfg.File)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range r.Peers() {
		want := recordings[i].updates
		c.await("all UPDATEs", r.Peers()[i:i+1], func(s *told) bool { return len(s.bodies) >= len(want) })
		for j, body := range c.from(p).bodies {
			if !bytes.Equal(body, want[j].body) {
				t.Fatalf("%s: UPDATE %d differs", p.Name, j)
			}
		}
	}
}

func TestPlayUntil(t *testing.T) {
	r := startReplay(t, filepath.Join(captures, "ospf.mrt"), func(c *ReplayConfig) { c.Paused = true })
	c := newCollector(t, asn, r.Peers())
	played := 0
	for _, until := range []time.Time{
		time.Unix(1795351667, 0), // before "metric R1->R3 100"
		time.Unix(1795351675, 0), // before "linkdown R2-R3"
		time.Unix(1795351685, 0), // before "linkup R2-R3"
		endOfTime,
	} {
		if err := r.Play(t.Context(), until); err != nil {
			t.Fatal(err)
		}
		before := played
		played = 0
		for i, p := range r.Peers() {
			n := r.speakers[i].before(until)
			c.await("what was played", []Peer{p}, func(s *told) bool { return len(s.bodies) == n })
			played += n
		}
		if played <= before {
			t.Errorf("until %v: %d UPDATEs, before it %d", until, played, before)
		}
	}
	within(t, r.Done())
}

func TestPlayWaitsForTheCollector(t *testing.T) {
	r := startReplay(t, filepath.Join(captures, "ospf.mrt"), func(c *ReplayConfig) { c.Paused = true })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := r.Play(ctx, endOfTime); err == nil || !strings.Contains(err.Error(), "deadline") {
		t.Errorf("play to nobody: %v", err)
	}
}

func TestReplaySpeed(t *testing.T) {
	const speed = 100 // the recording takes 64 s
	r := startReplay(t, filepath.Join(captures, "ospf.mrt"), func(c *ReplayConfig) { c.Speed = speed })
	newCollector(t, asn, r.Peers())
	start := time.Now()
	within(t, r.Done())
	if took := time.Since(start); took < 64*time.Second/speed {
		t.Errorf("took %v at speed %d", took, speed)
	}
}

func TestEndOfRIBIsAdded(t *testing.T) {
	r := recording{updates: []update{{time.Unix(1, 0), []byte{0, 0, 0, 0}}}}
	for range 2 {
		r.complete()
	}
	if len(r.updates) != 2 {
		t.Fatalf("%d updates", len(r.updates))
	}
	if u, _ := bgpls.DecodeUpdate(r.updates[1].body); !u.EndOfRIB {
		t.Errorf("the last update is %x", r.updates[1].body)
	}
}

func TestNoRecording(t *testing.T) {
	for file, want := range map[string]string{
		filepath.Join(captures, "no.mrt"):    "no such file",
		filepath.Join(captures, "README.md"): "MRT record",
	} {
		if _, err := StartReplay(t.Context(), ReplayConfig{File: file}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
}
