package avro

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/linkedin/goavro/v2"
)

// schema is a parsed Avro schema: what goavro's native values do not tell, namely
// which branch of a union a value belongs to.
type schema struct {
	kind     string // null, boolean, int, long, double, string, bytes, record, array, map, union
	branch   string // name of this schema as a union branch in goavro's native form
	fields   []field
	items    *schema   // array, map
	branches []*schema // union
}

type field struct {
	name   string
	schema *schema
}

// parse reads schema text of the subset that the project's schemas use; fixed and
// enum are refused. goavro checks that it is Avro; what it decodes and encodes is what the
// compiled decoders and encoders are held to.
func parse(text string) (*schema, error) {
	if _, err := goavro.NewCodec(text); err != nil {
		return nil, fmt.Errorf("schema is not Avro: %w", err)
	}
	var raw any
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, fmt.Errorf("schema is not JSON: %w", err)
	}
	p := parser{named: map[string]*schema{}}
	return p.schema(raw, "")
}

type parser struct{ named map[string]*schema }

func (p parser) schema(raw any, namespace string) (*schema, error) {
	switch raw := raw.(type) {
	case string:
		return p.name(raw, namespace)
	case []any:
		u := &schema{kind: "union"}
		for _, b := range raw {
			s, err := p.schema(b, namespace)
			if err != nil {
				return nil, err
			}
			u.branches = append(u.branches, s)
		}
		return u, nil
	case map[string]any:
		return p.complex(raw, namespace)
	}
	return nil, fmt.Errorf("unsupported schema %v", raw)
}

func (p parser) name(name, namespace string) (*schema, error) {
	switch name {
	case "null", "boolean", "int", "long", "float", "double", "string", "bytes":
		return &schema{kind: name, branch: name}, nil
	}
	if s, ok := p.named[fullName(name, namespace)]; ok {
		return s, nil
	}
	return nil, fmt.Errorf("unknown type %q", name)
}

func (p parser) complex(raw map[string]any, namespace string) (*schema, error) {
	kind, _ := raw["type"].(string)
	switch kind {
	case "record":
		return p.record(raw, namespace)
	case "array":
		items, err := p.schema(raw["items"], namespace)
		return &schema{kind: kind, branch: kind, items: items}, err
	case "map":
		items, err := p.schema(raw["values"], namespace)
		return &schema{kind: kind, branch: kind, items: items}, err
	}
	s, err := p.schema(raw["type"], namespace)
	if err != nil {
		return nil, err
	}
	if logical, ok := raw["logicalType"].(string); ok {
		return &schema{kind: s.kind, branch: s.kind + "." + logical}, nil
	}
	return s, nil
}

func (p parser) record(raw map[string]any, namespace string) (*schema, error) {
	name, _ := raw["name"].(string)
	if ns, ok := raw["namespace"].(string); ok {
		namespace = ns
	}
	s := &schema{kind: "record", branch: fullName(name, namespace)}
	p.named[s.branch] = s
	fields, _ := raw["fields"].([]any)
	for _, f := range fields {
		f, ok := f.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("record %s: a field is not an object", s.branch)
		}
		fieldName, _ := f["name"].(string)
		fs, err := p.schema(f["type"], namespace)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", s.branch, fieldName, err)
		}
		s.fields = append(s.fields, field{name: fieldName, schema: fs})
	}
	return s, nil
}

func fullName(name, namespace string) string {
	if namespace == "" || strings.Contains(name, ".") {
		return name
	}
	return namespace + "." + name
}
