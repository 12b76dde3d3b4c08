package document

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// Parse reads a document. The error says that it is none.
func Parse(text []byte) (collect.Reading, error) {
	named, err := collect.Members(text)
	if err != nil {
		return collect.Reading{}, err
	}
	reading := collect.Reading{
		Whole: true, Resources: map[string]*schemas.ComputeResource{}, PutAside: map[string]schemas.ResourceProblem{},
	}
	unknown := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		r, others, err := parseResource(name, named[name])
		if err != nil {
			reading.PutAside[name] = schemas.ResourceProblem{Field: "source", Reason: err.Error()}
			continue
		}
		reading.Resources[name] = r
		for _, field := range others {
			if !unknown[field] {
				unknown[field] = true
				err := fmt.Errorf("field %q is not known; it is left out", collect.Clip(field))
				reading.Problems = append(reading.Problems, collect.Problem{Part: "field", Resource: name, Err: err})
			}
		}
	}
	return reading, nil
}

// parseResource reads one resource; others are the fields that are not known. A field
// that cannot be used costs that field; the error says that nothing can be used.
func parseResource(name string, m collect.Member) (r *schemas.ComputeResource, others []string, err error) {
	if err := collect.CheckName(name); err != nil {
		return nil, nil, err
	}
	if m.Twice {
		return nil, nil, errors.New("the name is there more than once")
	}
	told, err := collect.Members(m.Value)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %w", collect.Clip(string(m.Value)), err)
	}
	r = &schemas.ComputeResource{}
	wrong := 0
	for _, field := range slices.Sorted(maps.Keys(told)) {
		read, known := fields[field]
		if !known {
			others = append(others, field)
			continue
		}
		if problem := readField(r, read, told[field]); problem != "" {
			r.Problems = append(r.Problems, schemas.ResourceProblem{Field: field, Reason: problem})
			wrong++
		}
	}
	if wrong > 0 && wrong == len(told)-len(others) {
		return nil, nil, fmt.Errorf("field %s: %s", r.Problems[0].Field, r.Problems[0].Reason)
	}
	collect.Complete(r)
	return r, others, nil
}

// readField reads one field, and says what is wrong with it.
func readField(r *schemas.ComputeResource, read field, m collect.Member) (problem string) {
	if m.Twice {
		return "it is there more than once"
	}
	if string(m.Value) == "null" {
		return ""
	}
	if err := read(r, m.Value); err != nil {
		return collect.Clip(string(m.Value)) + " " + err.Error()
	}
	return ""
}
