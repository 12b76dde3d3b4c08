//go:build !amd64

package apsp

// vector is there for amd64 alone.
func vector[W Weight]([]W, []term[W], mode) bool { return false }
