package document

import (
	"context"
	"strings"
)

// Location is where a document is.
type Location interface {
	// Watch returns a channel that receives when the document may have changed, until ctx
	// ends; nil if only asking tells.
	Watch(ctx context.Context) <-chan struct{}
	// Fetch returns the document. unchanged says that it is the one last accepted.
	Fetch(ctx context.Context) (text []byte, unchanged bool, err error)
	// Accept says that the document last fetched was used.
	Accept()
	// String is its name without passwords.
	String() string
}

func at(location string) Location {
	if isURL(location) {
		return newPage(location)
	}
	return &file{path: location}
}

func isURL(location string) bool { return strings.Contains(location, "://") }
