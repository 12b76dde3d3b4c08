package document

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// maxDocument is the most that is read of a document, in bytes.
const maxDocument = 64 << 20

// file is a document in a file.
type file struct {
	path    string
	watcher *fsnotify.Watcher // nil: it is not watched
}

func (f *file) String() string { return f.path }

// Watch watches the file's folder. Where that cannot be done the file is read at every
// interval, and nothing is lost but time.
func (f *file) Watch(ctx context.Context) <-chan struct{} {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil
	}
	f.watcher = watcher
	changed := make(chan struct{}, 1)
	go func() {
		defer func() { _ = watcher.Close() }()
		for {
			select {
			case <-ctx.Done():
				return
			case _, open := <-watcher.Errors: // of events that were lost: the interval makes up for them
				if !open {
					return
				}
			case e := <-watcher.Events:
				if !f.concerns(e.Name) {
					continue
				}
				select {
				case changed <- struct{}{}:
				default:
				}
			}
		}
	}()
	f.watchFolder()
	return changed
}

// watchFolder is called again and again: the folder may come later or be replaced.
func (f *file) watchFolder() {
	if f.watcher != nil {
		_ = f.watcher.Add(filepath.Dir(f.path))
	}
}

// concerns is true for the file itself and for the link ..data, by which Kubernetes
// replaces all files of a mounted ConfigMap at once.
func (f *file) concerns(path string) bool {
	name := filepath.Base(path)
	return name == filepath.Base(f.path) || name == "..data"
}

func (f *file) Fetch(context.Context) (text []byte, unchanged bool, err error) {
	f.watchFolder()
	info, err := os.Stat(f.path)
	if err != nil {
		return nil, false, err
	}
	if !info.Mode().IsRegular() {
		return nil, false, errors.New("it is not a regular file")
	}
	if info.Size() > maxDocument {
		return nil, false, errTooLarge
	}
	opened, err := os.Open(f.path)
	if err != nil {
		return nil, false, err
	}
	defer opened.Close()
	text, err = readAll(opened)
	return text, false, err
}

func (f *file) Accept() {}

var errTooLarge = fmt.Errorf("it has more than %d MiB", maxDocument>>20)

// readAll reads a document, of at most maxDocument bytes.
func readAll(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err == nil && len(text) > maxDocument {
		err = errTooLarge
	}
	return text, err
}
