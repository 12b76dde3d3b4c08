package bgpls

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Values of a slab keep what was written to them, whatever is handed out and taken
// back after them, and are zero when they are handed out.
func TestSlab(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var s slab[int]
		lists, want := make([][]int, 5), make([][]int, 5)
		for step := 1; step < 300; step++ {
			i := random.IntN(len(lists))
			switch random.IntN(8) {
			case 0: // a list of its own
				lists[i], want[i] = s.some(random.IntN(20)), nil
				want[i] = make([]int, len(lists[i]))
			case 1: // a value that is taken back, as after an error
				longer := s.extend(lists[i])
				longer[len(longer)-1] = step
				s.back(&longer[len(longer)-1])
			case 2:
				s.one()
			default:
				lists[i] = s.extend(lists[i])
				last := &lists[i][len(lists[i])-1]
				if *last != 0 {
					t.Fatalf("step %d: a new value is %d", step, *last)
				}
				*last = step
				want[i] = append(want[i], step)
			}
			for i := range lists {
				if !slices.Equal(lists[i], want[i]) {
					t.Fatalf("step %d: list %d is %v, want %v", step, i, lists[i], want[i])
				}
			}
		}
	}
}

// A Decoder uses its memory again, DecodeUpdate does not.
func TestDecoder(t *testing.T) {
	var d Decoder
	for range 3 {
		var kept []Update
		for _, test := range wire {
			got, errs := d.Decode(readWire(t, test.file))
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			same(t, test.file, got, test.want)
			again, _ := DecodeUpdate(readWire(t, test.file))
			kept = append(kept, again)
		}
		for i, test := range wire {
			same(t, test.file, kept[i], test.want)
		}
	}
}
