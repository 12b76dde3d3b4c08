package apsp

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
)

func Example() {
	// A ring of three routers, and a LAN of 1 and 2, which is node 3 and none of the routers.
	noTransit := make([]bool, 4)
	g := New(noTransit, 3, []Arc[uint32]{
		{0, 1, 10}, {1, 0, 10}, {1, 2, 10}, {2, 1, 10}, {2, 0, 25}, {0, 2, 25},
		{1, 3, 4}, {2, 3, 4}, {3, 1, 0}, {3, 2, 0},
	})
	var m Matrix[uint32]
	g.AllPairs(&m)
	for from := range m.Nodes() {
		fmt.Println(m.Row(from))
	}
	// Output:
	// [0 10 14]
	// [10 0 4]
	// [14 4 0]
}

// TestSameOnAnyProcessors has one graph computed by several goroutines at once, on one
// processor and on several.
func TestSameOnAnyProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, family := range families {
		n := family.make(700)
		g := n.graph()
		var want Matrix[uint32]
		runtime.GOMAXPROCS(1)
		g.AllPairs(&want)
		for _, processors := range []int{2, 3, 16} {
			runtime.GOMAXPROCS(processors)
			var group sync.WaitGroup
			for range 2 {
				group.Go(func() {
					var got Matrix[uint32]
					if g.AllPairs(&got); !slices.Equal(got.cells, want.cells) {
						t.Errorf("%s: another matrix on %d processors", n, processors)
					}
				})
			}
			group.Wait()
		}
	}
}

// TestMatrixUsesItsMemoryAgain for every graph that is not larger.
func TestMatrixUsesItsMemoryAgain(t *testing.T) {
	var m Matrix[uint32]
	isp(300).graph().AllPairs(&m)
	first := &m.cells[0]
	for _, nodes := range []int{10, 0, 299, 300} {
		var g *Graph[uint32]
		if g = New[uint32](make([]bool, nodes), nodes, nil); nodes > 0 {
			g = isp(nodes).graph()
		}
		if g.AllPairs(&m); m.Nodes() != nodes {
			t.Errorf("got %d nodes, want %d", m.Nodes(), nodes)
		}
	}
	if &m.cells[0] != first {
		t.Error("the matrix has other memory")
	}
}

// TestPseudonodesTakeNoRoom where they join few routers, and one row where they join many.
func TestPseudonodesTakeNoRoom(t *testing.T) {
	const routers = 200
	for _, test := range []struct {
		name          string
		members, rows int
	}{
		{"a LAN for each two of a chain", 2, routers},
		{"one LAN of all", routers, routers + 1},
	} {
		var arcs []Arc[uint32]
		lan := routers
		for first := 0; first+test.members <= routers; first, lan = first+test.members-1, lan+1 {
			for r := first; r < first+test.members; r++ {
				arcs = append(arcs, Arc[uint32]{r, lan, 1}, Arc[uint32]{lan, r, 0})
			}
		}
		var m Matrix[uint32]
		New(make([]bool, lan), routers, arcs).AllPairs(&m)
		if m.stride != test.rows {
			t.Errorf("%s: %d rows for %d routers, want %d", test.name, m.stride, routers, test.rows)
		}
	}
}

func TestArcToNoNode(t *testing.T) {
	defer func() {
		if got, want := recover(), "apsp: arc from 0 to 3 of 3 nodes"; got != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}()
	New(make([]bool, 3), 3, []Arc[uint32]{{0, 3, 1}})
}
