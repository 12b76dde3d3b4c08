package costbuilder_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/mrt"
	"github.com/altostream/altostream/services/cost-builder/truthtest"
)

// TestTruth plays what exporters of real networks told and compares the maps after each
// event with what the routers' own tables said.
func TestTruth(t *testing.T) {
	folders, err := filepath.Glob("testdata/truth/*/states.json")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, path := range folders {
		folder := filepath.Dir(path)
		t.Run(filepath.Base(folder), func(t *testing.T) { playTruth(t, folder) })
	}
}

func playTruth(t *testing.T, folder string) {
	r, err := truthtest.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(folder, "updates.mrt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reader, p := mrt.NewReader(f), truthtest.NewPlayer(t)
	for _, s := range r.States {
		p.PlayUntil(reader, time.UnixMicro(s.At))
		compared, wrong := r.Compare(s, p.DB)
		t.Logf("%s: %d compared", s.Event, compared)
		for _, w := range wrong {
			t.Errorf("%s: %s", s.Event, w)
		}
		if compared == 0 {
			t.Errorf("%s: nothing was compared", s.Event)
		}
	}
}
