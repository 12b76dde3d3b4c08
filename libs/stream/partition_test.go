package stream

import "testing"

// The hashes are those of Apache Kafka's own test of its murmur2
// (clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java).
func TestMurmur2(t *testing.T) {
	for text, want := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		if got := int32(murmur2([]byte(text))); got != want {
			t.Errorf("murmur2(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestPartition(t *testing.T) {
	for _, name := range []string{"", "default", "foobar", "backbone"} {
		for n := 1; n < 20; n++ {
			if p := Partition(name, n); p < 0 || int(p) >= n {
				t.Errorf("Partition(%q, %d) = %d", name, n, p)
			}
		}
	}
	// toPositive(-790332482) % 7 = 1357151166 % 7
	if got := Partition("foobar", 7); got != 1357151166%7 {
		t.Errorf("Partition(foobar, 7) = %d", got)
	}
}
