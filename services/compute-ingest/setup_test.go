package computeingest

import (
	"strings"
	"testing"

	"github.com/altostream/altostream/services/compute-ingest/collect"
)

func ptr[T any](v T) *T { return &v }

// documents are sources by name and location.
func documents(namesAndLocations ...string) Sources {
	var sources Sources
	for i := 0; i < len(namesAndLocations); i += 2 {
		sources = append(sources, Document(namesAndLocations[i], namesAndLocations[i+1]))
	}
	return sources
}

func wantProblems(t *testing.T, problems []collect.Problem, want []string) {
	t.Helper()
	if len(problems) != len(want) {
		t.Fatalf("problems %v, want %v", problems, want)
	}
	for i, part := range want {
		if !strings.Contains(problems[i].Error(), part) {
			t.Errorf("problem %q does not say %q", problems[i], part)
		}
	}
}
