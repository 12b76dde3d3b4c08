package apsp

// lanes is how many rows of the core are extended at a time, at most, and laneBlock what their
// number is rounded up to: a vector register's worth.
const (
	lanes     = 64
	laneBlock = 32
)

// coreRows gives nodes of the core their rows, from the first of some lanes on.
//
// They are computed the other way round, from each node to these of the core: the least of
// sums of short rows that lie one behind the other is quicker than that of single cells of long ones.
func (u *unfolding[W]) coreRows(c *core[W], first int) {
	rows := c.nodes[first:min(first+lanes, len(c.nodes))]
	width := (len(rows) + laneBlock - 1) / laneBlock * laneBlock
	columns := make([]W, u.matrix.stride*width) // by column, then by lane
	column := func(n int32) []W { return columns[int(n)*width:][:width] }
	for j, n := range c.nodes {
		if to := u.columns[n]; to != noColumn {
			for lane := range rows {
				column(to)[lane] = c.row(first + lane)[j]
			}
		}
	}
	var room [8]term[W]
	for i, n := range u.nodes {
		terms := room[:0]
		for _, above := range u.upper[u.start[i]:u.start[i+1]] {
			if above.in != Unreachable[W]() {
				terms = append(terms, term[W]{uint64(above.in), column(above.to)})
			}
		}
		u.reach(column(u.columns[n]), terms, fills)
	}
	u.turn(columns, width, rows)
}

// turn gives nodes of the core the lanes that are theirs, some at a time: so many that what is
// near in columns is used while it is near in the cache, and so few that each is written in a row.
func (u *unfolding[W]) turn(columns []W, width int, nodes []int32) {
	const some = 8
	for lane := 0; lane < len(nodes); lane += some {
		var rows [some][]W
		for i := range rows {
			if lane+i < len(nodes) && u.columns[nodes[lane+i]] != noColumn {
				rows[i] = u.matrix.row(u.columns[nodes[lane+i]])
			} else {
				rows[i] = make([]W, u.matrix.stride) // nobody asks for it
			}
		}
		for to := range rows[0] {
			from := (*[some]W)(columns[to*width+lane:])
			for i := range rows {
				rows[i][to] = from[i]
			}
		}
	}
}
