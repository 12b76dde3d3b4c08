#include "textflag.h"

// func minPlus32AVX2(row *uint32, cells int, through *term[uint32], terms int, mode mode)
//
// 32 cells at a time, in Y0 to Y3, the last of them again where there are less. A sum is
// min(cell, ^weight) + weight: it ends at 2³²−1.
TEXT ·minPlus32AVX2(SB), NOSPLIT, $0-33
	MOVQ     row+0(FP), DI
	MOVQ     cells+8(FP), CX
	MOVQ     through+16(FP), SI
	MOVQ     terms+24(FP), DX
	MOVBLZX  mode+32(FP), R8
	SUBQ     $32, CX
	XORQ     AX, AX
	VPCMPEQD Y15, Y15, Y15

block:
	VMOVDQA Y15, Y0
	VMOVDQA Y15, Y1
	VMOVDQA Y15, Y2
	VMOVDQA Y15, Y3
	CMPL    R8, $1
	JNE     sums
	VMOVDQU (DI)(AX*4), Y0
	VMOVDQU 32(DI)(AX*4), Y1
	VMOVDQU 64(DI)(AX*4), Y2
	VMOVDQU 96(DI)(AX*4), Y3

sums:
	MOVQ SI, R9
	MOVQ DX, R10

sum:
	MOVQ         8(R9), R11
	VPBROADCASTD (R9), Y4
	VPXOR        Y4, Y15, Y5
	VPMINUD      (R11)(AX*4), Y5, Y6
	VPMINUD      32(R11)(AX*4), Y5, Y7
	VPMINUD      64(R11)(AX*4), Y5, Y8
	VPMINUD      96(R11)(AX*4), Y5, Y9
	VPADDD       Y4, Y6, Y6
	VPADDD       Y4, Y7, Y7
	VPADDD       Y4, Y8, Y8
	VPADDD       Y4, Y9, Y9
	VPMINUD      Y6, Y0, Y0
	VPMINUD      Y7, Y1, Y1
	VPMINUD      Y8, Y2, Y2
	VPMINUD      Y9, Y3, Y3
	ADDQ         $32, R9
	DECQ         R10
	JNZ          sum
	CMPL         R8, $2
	JNE          store
	TESTQ        $7, AX
	JNZ          store
	VMOVNTDQ     Y0, (DI)(AX*4)
	VMOVNTDQ     Y1, 32(DI)(AX*4)
	VMOVNTDQ     Y2, 64(DI)(AX*4)
	VMOVNTDQ     Y3, 96(DI)(AX*4)
	JMP          stored

store:
	VMOVDQU Y0, (DI)(AX*4)
	VMOVDQU Y1, 32(DI)(AX*4)
	VMOVDQU Y2, 64(DI)(AX*4)
	VMOVDQU Y3, 96(DI)(AX*4)

stored:
	CMPQ    AX, CX
	JEQ     done
	ADDQ         $32, AX
	CMPQ         AX, CX
	CMOVQGT      CX, AX
	JMP          block

done:
	SFENCE
	VZEROUPPER
	RET

// func minPlus64AVX2(row *uint64, cells int, through *term[uint64], terms int, mode mode)
//
// The same, 16 cells at a time. A sum of two cells of 63 bits that is more than 2⁶³−1 has the
// sign bit, and is no sum that counts.
TEXT ·minPlus64AVX2(SB), NOSPLIT, $0-33
	MOVQ     row+0(FP), DI
	MOVQ     cells+8(FP), CX
	MOVQ     through+16(FP), SI
	MOVQ     terms+24(FP), DX
	MOVBLZX  mode+32(FP), R8
	SUBQ     $16, CX
	XORQ     AX, AX
	VPCMPEQD Y15, Y15, Y15
	VPSRLQ   $1, Y15, Y15

block:
	VMOVDQA Y15, Y0
	VMOVDQA Y15, Y1
	VMOVDQA Y15, Y2
	VMOVDQA Y15, Y3
	CMPL    R8, $1
	JNE     sums
	VMOVDQU (DI)(AX*8), Y0
	VMOVDQU 32(DI)(AX*8), Y1
	VMOVDQU 64(DI)(AX*8), Y2
	VMOVDQU 96(DI)(AX*8), Y3

sums:
	MOVQ SI, R9
	MOVQ DX, R10

sum:
	MOVQ         8(R9), R11
	VPBROADCASTQ (R9), Y4
	VPADDQ       (R11)(AX*8), Y4, Y6
	VPADDQ       32(R11)(AX*8), Y4, Y7
	VPADDQ       64(R11)(AX*8), Y4, Y8
	VPADDQ       96(R11)(AX*8), Y4, Y9
	VPCMPGTQ     Y6, Y0, Y10
	VPCMPGTQ     Y7, Y1, Y11
	VPCMPGTQ     Y8, Y2, Y12
	VPCMPGTQ     Y9, Y3, Y13
	VPANDN       Y10, Y6, Y10
	VPANDN       Y11, Y7, Y11
	VPANDN       Y12, Y8, Y12
	VPANDN       Y13, Y9, Y13
	VBLENDVPD    Y10, Y6, Y0, Y0
	VBLENDVPD    Y11, Y7, Y1, Y1
	VBLENDVPD    Y12, Y8, Y2, Y2
	VBLENDVPD    Y13, Y9, Y3, Y3
	ADDQ         $32, R9
	DECQ         R10
	JNZ          sum
	CMPL         R8, $2
	JNE          store
	TESTQ        $3, AX
	JNZ          store
	VMOVNTDQ     Y0, (DI)(AX*8)
	VMOVNTDQ     Y1, 32(DI)(AX*8)
	VMOVNTDQ     Y2, 64(DI)(AX*8)
	VMOVNTDQ     Y3, 96(DI)(AX*8)
	JMP          stored

store:
	VMOVDQU Y0, (DI)(AX*8)
	VMOVDQU Y1, 32(DI)(AX*8)
	VMOVDQU Y2, 64(DI)(AX*8)
	VMOVDQU Y3, 96(DI)(AX*8)

stored:
	CMPQ    AX, CX
	JEQ     done
	ADDQ         $16, AX
	CMPQ         AX, CX
	CMOVQGT      CX, AX
	JMP          block

done:
	SFENCE
	VZEROUPPER
	RET
