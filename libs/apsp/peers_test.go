//go:build peers

package apsp

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkPeers runs libraries of others on the same graphs, one after the other in the same run,
// and compares all that they say. It needs g++, libboost-graph-dev, python3-networkx and
// python3-igraph.
func BenchmarkPeers(b *testing.B) {
	boost := filepath.Join(b.TempDir(), "boost")
	if out, err := exec.Command("g++", "-O3", "-DNDEBUG", "-march=native", "-o", boost, "testdata/peers/dijkstra_boost.cpp").CombinedOutput(); err != nil {
		b.Fatalf("g++ (Debian: g++ libboost-graph-dev): %v\n%s", err, out)
	}
	peers := []struct {
		name    string
		most    int // nodes
		command []string
	}{
		{"boost", 10000, []string{boost}},
		{"igraph", 1000, []string{"/usr/bin/python3", "testdata/peers/peer.py", "igraph"}},
		{"networkx", 1000, []string{"/usr/bin/python3", "testdata/peers/peer.py", "networkx"}},
	}
	for _, family := range families {
		for _, nodes := range []int{100, 1000, 5000, 10000} {
			n := family.make(nodes)
			file := n.write(b)
			for _, peer := range peers {
				if nodes <= peer.most {
					b.Run(n.String()+"/"+peer.name, func(b *testing.B) { benchmarkPeer(b, n, append(peer.command, file)) })
				}
			}
		}
	}
}

func benchmarkPeer(b *testing.B, n *network, command []string) {
	var m Matrix[uint32]
	n.graph().AllPairs(&m)
	for b.Loop() {
		n.graph().AllPairs(&m)
	}
	own := perOp(b.Elapsed(), b.N) / 1e6
	out, err := exec.Command(command[0], command[1:]...).Output()
	if err != nil {
		b.Fatalf("%s: %v", strings.Join(command, " "), err)
	}
	var took float64 // ms
	var hash string
	if _, err := fmt.Sscan(string(out), &took, &hash); err != nil {
		b.Fatalf("%s: %v in %q", strings.Join(command, " "), err, out)
	}
	if want := fingerprint(&m); hash != want {
		b.Fatalf("%s: other lengths: their hash is %s, not %s", strings.Join(command, " "), hash, want)
	}
	b.ReportMetric(took, "ms-peer")
	b.ReportMetric(own, "ms-apsp")
	b.ReportMetric(took/own, "peer/apsp")
}

// fingerprint is the hash that the peers print.
func fingerprint(m *Matrix[uint32]) string {
	h := fnv.New64a()
	for from := range m.Nodes() {
		if err := binary.Write(h, binary.LittleEndian, m.Row(from)); err != nil {
			panic(err) // a hash takes everything
		}
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// write puts a network into a file as the peers read it.
func (n *network) write(b *testing.B) string {
	var text strings.Builder
	fmt.Fprintln(&text, n.nodes, len(n.arcs))
	for _, a := range n.arcs {
		fmt.Fprintln(&text, a.From, a.To, a.Weight)
	}
	file := filepath.Join(b.TempDir(), "graph")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	return file
}
