// Package apsp computes the lengths of the shortest paths between all pairs of nodes of a
// sparse directed graph, exactly, in little more time than it takes to write them down.
//
//	New ──▶ Graph ──eliminate──▶ order, shortcuts ──▶ core ──▶ unfold ──▶ Matrix
//
// Nodes of few neighbours are eliminated first, one after the other: shortcuts between
// its neighbours stand for the paths that led through a node (eliminate.go). What is left is
// small and dense, and solved by a blocked Floyd–Warshall (core.go). In the reverse order each
// eliminated node then gets its row from the rows of the few neighbours that it had
// (unfold.go), almost at the speed of memory. Most networks are nearly trees of rings,
// and an eliminated node has one or two neighbours.
//
// When a few arcs of a graph change, Update changes the matrix where paths led over them, or do now,
// and says where that is (update.go, reaching.go).
//
// Every length is the minimum of the same sums whatever the order and the number of
// processors, so results are the same on each run.
package apsp
