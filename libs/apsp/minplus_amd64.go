package apsp

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// wide is how many cells a row must have for minPlusAVX2.
const wide = 32

// minPlusAVX2 does what reach does, for at least 32 cells and one term.
//
//go:noescape
func minPlusAVX2(row *uint32, cells int, through *term[uint32], terms int, holds bool)

// vector is reach by AVX2 where the processor has it; ok is false where it cannot be done.
func vector[W Weight](row []W, through []term[W], holds bool) (ok bool) {
	if unsafe.Sizeof(row[0]) != 4 || len(row) < wide || len(through) == 0 || !cpu.X86.HasAVX2 {
		return false
	}
	for _, t := range through {
		_ = t.row[len(row)-1]
	}
	minPlusAVX2((*uint32)(unsafe.Pointer(&row[0])), len(row), (*term[uint32])(unsafe.Pointer(&through[0])), len(through), holds)
	return true
}
