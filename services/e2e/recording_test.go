package e2e

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/mrt"
)

func capture(name string) string {
	path, err := filepath.Abs(filepath.Join("..", "..", "libs", "bgpls", "testdata", "captures", name))
	if err != nil {
		panic(err)
	}
	return path
}

// recording returns what each speaker of a capture said of objects.
func recording(t *testing.T, name string) (speakers [][][]byte) {
	t.Helper()
	text, err := os.ReadFile(capture(name))
	if err != nil {
		t.Fatal(err)
	}
	index := map[string]int{}
	for reader := mrt.NewReader(bytes.NewReader(text)); ; {
		r, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return speakers
		}
		if err != nil {
			t.Fatal(err)
		}
		i, ok := index[r.Peer.String()]
		if !ok {
			i = len(speakers)
			index[r.Peer.String()] = i
			speakers = append(speakers, nil)
		}
		if len(objectsOf(t, r.Body)) > 0 {
			speakers[i] = append(speakers[i], r.Body)
		}
	}
}

// objectsOf returns the keys of the objects that an UPDATE is about.
func objectsOf(t *testing.T, body []byte) (keys []string) {
	t.Helper()
	u, errs := bgpls.DecodeUpdate(body)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, n := range slices.Concat(u.Reach, u.Unreach) {
		keys = append(keys, n.Key())
	}
	return keys
}

// shuffled returns updates in another order, in which those about one object keep
// theirs: neighbours that have no object in common are swapped, many times.
func shuffled(random *rand.Rand, updates [][]byte) [][]byte {
	s := slices.Clone(updates)
	for range 20 * len(s) {
		i := random.IntN(len(s) - 1)
		if !related(s[i], s[i+1]) {
			s[i], s[i+1] = s[i+1], s[i]
		}
	}
	return s
}

func related(a, b []byte) bool {
	ua, _ := bgpls.DecodeUpdate(a)
	ub, _ := bgpls.DecodeUpdate(b)
	keys := map[string]bool{}
	for _, n := range slices.Concat(ua.Reach, ua.Unreach) {
		keys[n.Key()] = true
	}
	return slices.ContainsFunc(slices.Concat(ub.Reach, ub.Unreach), func(n bgpls.NLRI) bool { return keys[n.Key()] })
}
