package growth

import "testing"

func TestGoesOn(t *testing.T) {
	var table Table
	for _, look := range []struct {
		size int
		want bool
	}{
		{0, true}, {0, false}, {1, true}, {1, false}, {1000, true}, {1010, false}, {1020, false}, {1031, true}, {10, false}, {11, true},
	} {
		if got := table.GoesOn(look.size); got != look.want {
			t.Errorf("at %d: %t, want %t", look.size, got, look.want)
		}
	}
}
