package collect

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// Reading is what a source tells of its resources at one time. A resource of one
// reading may be in the next as the same pointer: then it is the same and is not
// looked at again, so it must not be changed.
type Reading struct {
	// Resources by name, as the source tells them: without source, kind and name.
	Resources map[string]*schemas.ComputeResource
	// Whole says that there are no others. If not, Gone are those that are gone, and the
	// rest is as it was.
	Whole bool
	Gone  []string
	// PutAside are resources that are there, but nothing can be made of what the source
	// tells of them now: what it told before stays, and is marked as not current.
	PutAside map[string]schemas.ResourceProblem
	// Problems are those that are not of one resource.
	Problems []Problem
	// Unchanged says that all of it is as in the last reading.
	Unchanged bool
}

// Problem is a part of what a source told that was put aside.
type Problem struct {
	Part     string // resource, field, address, attachment, site or source
	Resource string // name of the resource; may be empty
	Err      error
}

func (p Problem) Error() string {
	if p.Resource == "" {
		return p.Err.Error()
	}
	return fmt.Sprintf("resource %q: %v", Clip(p.Resource), p.Err)
}

// AllProblems returns what of a reading was put aside, in the order of names. That more is
// given out than there is belongs to the record alone.
func (r Reading) AllProblems() []Problem {
	all := slices.Clone(r.Problems)
	for _, name := range slices.Sorted(maps.Keys(r.PutAside)) {
		all = append(all, problemOf("resource", name, r.PutAside[name]))
	}
	var names []string
	for name, resource := range r.Resources {
		if len(resource.Problems) > 0 {
			names = append(names, name)
		}
	}
	for _, name := range slices.Sorted(slices.Values(names)) {
		for _, p := range r.Resources[name].Problems {
			if !strings.HasPrefix(p.Field, freeFields) {
				all = append(all, problemOf("field", name, p))
			}
		}
	}
	return all
}

func problemOf(part, name string, p schemas.ResourceProblem) Problem {
	return Problem{Part: part, Resource: name, Err: fmt.Errorf("%s: %s", p.Field, p.Reason)}
}
