// Package growth tells a table that is still being told from one that has come to its end without
// anybody saying so.
package growth

// Table is how large a table was when it was looked at last; the zero value has not been looked at.
type Table struct {
	size   int
	looked bool
}

// Looks is how often it is looked at a table in the time after which it counts as told.
const Looks = 2

// least is the part of a table by which it grows, from one look to another, while it is being told.
const least = 0.01

// GoesOn looks at the table, and reports whether that is for the first time, or it has grown.
func (t *Table) GoesOn(size int) bool {
	grown := float64(size) > float64(t.size)*(1+least)
	first := !t.looked
	*t = Table{size, true}
	return first || grown
}
