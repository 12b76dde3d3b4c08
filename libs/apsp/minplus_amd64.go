package apsp

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// block is the bytes of a row that are done at a time.
const block = 128

// minPlus32AVX2 does what reach does, for at least a block of cells and one term. A row that is
// streamed begins at a multiple of 32 bytes.
//
//go:noescape
func minPlus32AVX2(row *uint32, cells int, through *term[uint32], terms int, mode mode)

// minPlus64AVX2 is the same of 64 bits.
//
//go:noescape
func minPlus64AVX2(row *uint64, cells int, through *term[uint64], terms int, mode mode)

// vector is reach by AVX2 where the processor has it; ok is false where it cannot be done.
func vector[W Weight](row []W, through []term[W], mode mode) (ok bool) {
	size := int(unsafe.Sizeof(W(0)))
	if len(row)*size < block || len(through) == 0 || !cpu.X86.HasAVX2 {
		return false
	}
	for _, t := range through {
		_ = t.row[len(row)-1]
	}
	if mode == streams && uintptr(unsafe.Pointer(&row[0]))%32 != 0 {
		mode = fills
	}
	cells, terms := unsafe.Pointer(&row[0]), unsafe.Pointer(&through[0])
	if size == 4 {
		minPlus32AVX2((*uint32)(cells), len(row), (*term[uint32])(terms), len(through), mode)
	} else {
		minPlus64AVX2((*uint64)(cells), len(row), (*term[uint64])(terms), len(through), mode)
	}
	return true
}
