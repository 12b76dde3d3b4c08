package stream

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/parallel"
)

// digest stands for the content of a record.
type digest [16]byte

// digests returns the digests of outputs, made on all processors; those of nothing do not matter.
func (m *Machine[S, E, V]) digests(out []Output[V]) []digest {
	digests := make([]digest, len(out))
	const several = 64
	parallel.Each(len(out), several, func() func(int) {
		return func(i int) {
			if o := out[i]; o.Value != nil && !o.Keep {
				digests[i] = m.digest(o.Value)
			}
		}
	})
	return digests
}

// digest hashes the canonical content of a record: its octets if it is encoded, else JSON,
// whose map keys are sorted. A record that JSON cannot hold (a number that is none) is
// unequal to every other.
func (m *Machine[S, E, V]) digest(v *V) digest {
	if encoded, ok := any(v).(*avro.Encoded); ok {
		return digestOf(*encoded)
	}
	content := *v
	if m.spec.Output.Canonical != nil {
		content = m.spec.Output.Canonical(content)
	}
	b, err := json.Marshal(content)
	if err != nil {
		b = fmt.Appendf(nil, "%p", v)
	}
	return digestOf(b)
}

func digestOf(b []byte) digest {
	sum := sha256.Sum256(b)
	return digest(sum[:16])
}
