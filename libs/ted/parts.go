package ted

// parts is the connected parts of numbered nodes: of each another one of its part, of the one that stands for it itself (union-find).
type parts []int

func newParts(nodes int) parts {
	p := make(parts, nodes)
	for n := range p {
		p[n] = n
	}
	return p
}

// of returns the node that stands for a node's part, and shortens the way there.
func (p parts) of(n int) int {
	for p[n] != n {
		p[n] = p[p[n]]
		n = p[n]
	}
	return n
}

// join makes the parts of two nodes one.
func (p parts) join(a, b int) { p[p.of(a)] = p.of(b) }
