package document

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesThatAreNoDocument(t *testing.T) {
	folder := t.TempDir()
	large := filepath.Join(folder, "large")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, maxDocument+1); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		folder: "not a regular file", large: "more than 64 MiB", filepath.Join(folder, "none"): "no such file", os.DevNull: "not a regular file",
	} {
		if _, _, err := (&file{path: path}).Fetch(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}
