package computeingest

import (
	"context"

	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// Collector reads what one source tells of its compute resources. It is used by one
// goroutine.
type Collector interface {
	// Watch returns a channel that receives when Read has something new, until ctx ends;
	// nil if only reading tells. It is called once, before Read.
	Watch(ctx context.Context) <-chan struct{}
	// Read returns what the source tells now. Its error says that the source cannot be
	// read, or not whole: what it told before stays.
	Read(ctx context.Context) (collect.Reading, error)
	// String is the source's location without passwords, for the log.
	String() string
}
