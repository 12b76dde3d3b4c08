package versioned

import (
	"strings"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/schemas"
)

// Record is a key of a topic and what it holds from now on.
type Record[V any] struct {
	Key    string
	Value  *V     // nil = gone
	Reason string // why it is gone, if it is not simply that
}

// CostRecord is schemas.CostMap, record by record the same, with rows as slices: a Go map for
// each row costs too much where there are thousands of them.
type CostRecord struct {
	Meta    *schemas.CostMapMeta `avro:"meta"`
	CostMap []avro.Entry[Row]    `avro:"cost_map"`
	Version *int64               `avro:"version"`
	Parts   *schemas.Parts       `avro:"parts"`
	Delta   []avro.Entry[Cells]  `avro:"delta"`
}

// Row is the costs from a source PID to destinations.
type Row = []avro.Entry[float64]

// Cells are the costs of a Row that changed, nil = gone.
type Cells = []avro.Entry[*float64]

// ResourceOf returns the resource id of the map that a key is about, and the rest of the key,
// with the | that it begins with; that is empty for the map itself.
func ResourceOf(key string) (id, rest string) {
	if i := strings.IndexByte(key, '|'); i >= 0 && i < len(key)-1 {
		return key[:i], key[i:]
	}
	return key, ""
}
