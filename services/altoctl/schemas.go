package altoctl

import (
	"context"
	"fmt"
	"io"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/schemas"
)

// subjectState is what the registry says of a topic's subject.
type subjectState struct {
	avro.Subject
	name   string
	schema string // this program's
	level  string
}

// schemas prints the subjects of the topics, and where this program's schemas stand.
func (c *command) schemas(context.Context) error {
	registry, err := avro.Dial(c.config.Registry())
	if err != nil {
		return err
	}
	states, err := subjectStates(registry)
	if err != nil {
		return registryError(err)
	}
	return printSubjects(c.out, states)
}

// applySchemas prints what the registry lacks, and mends it: the level first, so that it
// counts for the schema.
func (c *command) applySchemas(context.Context) error {
	registry, err := avro.Dial(c.config.Registry())
	if err != nil {
		return err
	}
	states, err := subjectStates(registry)
	if err != nil {
		return registryError(err)
	}
	steps := planSchemas(states)
	for _, s := range steps {
		fmt.Fprintln(c.out, s.text)
	}
	for _, s := range steps {
		if err := s.do(registry); err != nil {
			return registryError(err)
		}
	}
	if len(steps) == 0 {
		fmt.Fprintln(c.out, "The registry has the schemas and the level.")
		return nil
	}
	fmt.Fprintln(c.out, "Done.")
	return nil
}

func registryError(err error) error {
	return fmt.Errorf("schema registry (SCHEMA_REGISTRY_URL): %w", err)
}

// subjectStates asks the registry for the subjects of all topics.
func subjectStates(registry *avro.Client) ([]subjectState, error) {
	var states []subjectState
	for _, topic := range schemas.Topics {
		s := subjectState{name: avro.SubjectOf(topic)}
		s.schema, _ = schemas.Of(topic)
		var err error
		if s.Subject, err = registry.Subject(s.name, s.schema); err != nil {
			return nil, err
		}
		if s.level, err = registry.Level(s.name); err != nil {
			return nil, err
		}
		states = append(states, s)
	}
	return states, nil
}

// schemaStep is something that the registry lacks.
type schemaStep struct {
	text string
	do   func(*avro.Client) error
}

func planSchemas(states []subjectState) []schemaStep {
	var steps []schemaStep
	for _, s := range states {
		if s.level != avro.FullTransitive {
			steps = append(steps, schemaStep{
				fmt.Sprintf("~ %s: level %s → %s", s.name, s.level, avro.FullTransitive),
				func(r *avro.Client) error { return r.SetFullTransitive(s.name) },
			})
		}
		if s.Own == 0 {
			steps = append(steps, schemaStep{
				fmt.Sprintf("+ %s: register this program's schema as version %d", s.name, s.LatestVersion()+1),
				func(r *avro.Client) error { _, err := r.Register(s.name, s.schema); return err },
			})
		}
	}
	return steps
}

func printSubjects(w io.Writer, states []subjectState) error {
	t := newTable(w)
	fmt.Fprintln(t, "SUBJECT\tLEVEL\tVERSIONS\tTHIS PROGRAM'S SCHEMA")
	for _, s := range states {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", s.name, s.level, s.versions(), s.standing())
	}
	return t.Flush()
}

func (s subjectState) versions() string {
	if len(s.Versions) == 0 {
		return "-"
	}
	return fmt.Sprint(s.Versions)
}

// standing says which version this program's schema is.
func (s subjectState) standing() string {
	switch s.Own {
	case 0:
		return "not registered"
	case s.LatestVersion():
		return fmt.Sprintf("version %d, the latest", s.Own)
	}
	return fmt.Sprintf("version %d, not the latest", s.Own)
}
