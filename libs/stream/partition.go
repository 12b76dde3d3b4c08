package stream

// Partition returns the partition of everything that belongs to a name (a
// topology, a source): murmur2 of the name, made positive, modulo the number of
// partitions, as Java's default partitioner does for a key of these bytes.
func Partition(name string, partitions int) int32 {
	return int32(int(murmur2([]byte(name))&0x7fffffff) % partitions)
}

// murmur2 is Kafka's 32-bit variant of Austin Appleby's MurmurHash2 (seed
// 0x9747b28c).
func murmur2(b []byte) uint32 {
	const m, r = 0x5bd1e995, 24
	h := uint32(0x9747b28c) ^ uint32(len(b))
	for ; len(b) >= 4; b = b[4:] {
		k := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		k *= m
		k ^= k >> r
		k *= m
		h = h*m ^ k
	}
	switch len(b) {
	case 3:
		h ^= uint32(b[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(b[1]) << 8
		fallthrough
	case 1:
		h ^= uint32(b[0])
		h *= m
	}
	h ^= h >> 13
	h *= m
	h ^= h >> 15
	return h
}
