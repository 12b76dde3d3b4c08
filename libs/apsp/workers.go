package apsp

import "github.com/altostream/altostream/libs/parallel"

// small is the number of nodes up to which all work is done before another goroutine has begun.
const small = 127

// each does n tasks; those of a small graph in their order.
func (g *Graph[W]) each(n int, do func(i int)) {
	if g.nodes <= small {
		for i := range n {
			do(i)
		}
		return
	}
	parallel.Each(n, 1, func() func(int) { return do })
}
