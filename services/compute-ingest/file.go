package computeingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// file is a document in a file.
type file string

func (f file) String() string { return string(f) }

func (f file) fetch(context.Context) (text []byte, unchanged bool, err error) {
	info, err := os.Stat(string(f))
	if err != nil {
		return nil, false, err
	}
	if !info.Mode().IsRegular() {
		return nil, false, errors.New("it is not a regular file")
	}
	if info.Size() > maxDocument {
		return nil, false, errTooLarge
	}
	opened, err := os.Open(string(f))
	if err != nil {
		return nil, false, err
	}
	defer opened.Close()
	text, err = readAll(opened)
	return text, false, err
}

func (f file) accept() {}

func (f file) folder() string { return filepath.Dir(string(f)) }

// concerns is true for the file itself and for the link ..data, by which Kubernetes
// replaces all files of a mounted ConfigMap at once.
func (f file) concerns(path string) bool {
	name := filepath.Base(path)
	return name == filepath.Base(string(f)) || name == "..data"
}

var errTooLarge = fmt.Errorf("it has more than %d MiB", maxDocument>>20)

// readAll reads a document, of at most maxDocument bytes.
func readAll(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err == nil && len(text) > maxDocument {
		err = errTooLarge
	}
	return text, err
}
