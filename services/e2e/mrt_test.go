package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/altostream/altostream/schemas"
)

// TestMRTFiles reads files that are none, are cut or have a damaged record in them,
// and a good one after them all.
func TestMRTFiles(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile(capture("isis.mrt"))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(6, 7))
	noise := make([]byte, 10000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	damaged := append([]byte(nil), good...)
	for range 200 {
		damaged[len(good)/2+random.IntN(len(good)/2)] = byte(random.Uint32())
	}
	dir := t.TempDir()
	var files []string
	for _, f := range []struct {
		name string
		text []byte
	}{{"empty", nil}, {"noise", noise}, {"cut", good[:len(good)/2]}, {"damaged", damaged}, {"good", good}} {
		path := filepath.Join(dir, f.name+".mrt")
		if err := os.WriteFile(path, f.text, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}

	clients := startBroker(t, 1)
	c := &chain{t: t, topics: followTopics(t, clients), clients: clients, processes: map[string]*process{}}
	c.env = map[string][]string{"bgp-ingest": {"MRT_FILES=" + strings.Join(files, ",")}}
	c.start("bgp-ingest")
	ingest := c.processes["bgp-ingest"]
	ingest.line(`msg="MRT file read" .*file=` + filepath.Join(dir, "good.mrt") + ` speakers=2`)
	for _, name := range []string{"noise", "cut", "damaged"} {
		ingest.line(`level=ERROR msg="MRT file not read to its end.*file=` + filepath.Join(dir, name+".mrt"))
	}
	if bad := ingest.counter("altostream_bgp_bad_input_total"); bad < 3 {
		t.Errorf("bgp_bad_input is %v, want at least one for each bad file", bad)
	}
	for source, state := range map[string]string{
		"mrt:good.mrt/10.99.2.2": schemas.PeerSynced, "mrt:good.mrt/10.99.3.3": schemas.PeerSynced,
	} {
		c.peerIs(source, state)
	}
	await(t, func() error { return moreObjects(c, "mrt:cut.mrt/", 20) })
	await(t, func() error { return moreObjects(c, "mrt:good.mrt/", 100) })
	ingest.awaitReady()
}

// moreObjects reports that there are fewer objects of a source.
func moreObjects(c *chain, source string, than int) error {
	n := 0
	for key := range c.content()[schemas.RawTopologyTopic] {
		if strings.HasPrefix(key, "default|"+source) {
			n++
		}
	}
	if n <= than {
		return fmt.Errorf("there are %d objects of %s, want more than %d", n, source, than)
	}
	return nil
}
