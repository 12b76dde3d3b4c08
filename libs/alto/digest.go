package alto

import (
	"fmt"
	"math"

	"github.com/altostream/altostream/schemas"
)

// Digests of maps are sums modulo 2^64 of the hashes of their rows and cells, so that they do
// not depend on an order and are kept up with every change. All of it is arithmetic of 64-bit
// integers without sign; docs/consumers.md has the rules in words, and test vectors.

const (
	fnvOffset = 0xcbf29ce484222325 // FNV-1a
	fnvPrime  = 0x00000100000001b3
	golden    = 0x9e3779b97f4a7c15
)

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// HashName is the hash of the name of a PID, or of a prefix as text: FNV-1a of its octets,
// mixed.
func HashName(name string) uint64 {
	x := uint64(fnvOffset)
	for i := range len(name) {
		x = (x ^ uint64(name[i])) * fnvPrime
	}
	return mix(x)
}

// HashRow is the hash of a row being there: a source of a cost map, a PID of a network map.
func HashRow(row uint64) uint64 { return mix(row) }

// HashCost is the hash of a cost, from the hashes of the names of its row and column.
func HashCost(row, column uint64, cost float64) uint64 {
	return mix(row + 3*column + golden*math.Float64bits(cost))
}

// HashMember is the hash of a PID holding a prefix, or having a router in it (of views), from the
// hashes of both.
func HashMember(pid, member uint64) uint64 { return mix(pid + 3*member) }

// DigestText is a digest as it is written: 16 lower-case hex digits.
func DigestText(sum uint64) string { return fmt.Sprintf("%016x", sum) }

// HashGroup is the sum of the hashes of a PID of a network map and what it holds.
func HashGroup(pid string, g schemas.EndpointAddressGroup) uint64 {
	row := HashName(pid)
	sum := HashRow(row)
	for _, members := range [][]string{g.IPv4, g.IPv6, g.Members} {
		for _, member := range members {
			sum += HashMember(row, HashName(member))
		}
	}
	return sum
}

// Tag is the tag of a network map's vtag (RFC 7285 §10.3): the digest of its canonical form,
// so that equal maps have equal tags wherever and whenever they were built.
func Tag(m NetworkMap) string {
	var sum uint64
	for pid, group := range Canonical(m) {
		sum += HashGroup(pid, group)
	}
	return DigestText(sum)
}
