package document

import (
	"bytes"
	_ "embed"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed schema.json
var schemaText []byte

// TestSchema holds the published schema against what is read: a document is valid if, and
// only if, nothing of it is a problem.
func TestSchema(t *testing.T) {
	text, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaText))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", text); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range []string{
		string(seed), `{}`, `{"a":{}}`, `{"a":{"ram_used":null}}`, `{"a":{"ram_used":" 80 "}}`, `{"a":{"vcpu_used":"1500m"}}`, `{"a":{"ram_used":"129e6"}}`,
		`{"a":{"ram_available":"2Gi","disk_used":"64GB"}}`, `{"a":{"capacity":{"vcpu":8,"VGPU":"2"},"reserved":null,"free":{}}}`, `{"a":{"free":{}}}`,
		`{"a":{"capacity":{"vcpu":8,"VGPU":"2"},"allocation_ratio":{"vcpu":1.5}}}`,
		`{"a":{"site":"x","zone":null,"labels":{"a":"b"},"addresses":["192.0.2.1"],"state":"up","schedulable":false}}`,
		`{"a":{"metrics":{"ttft":0.2,"queue":{"value":3,"unit":null},"p95":{"value":1,"unit":"s","statistic":"p95","window_seconds":300}}}}`,
		`{"a":{"ram_used":-1,"vcpu_used":1}}`, `{"a":{"ram_used":"-1Gi","vcpu_used":1}}`, `{"a":{"ram_used":"many","vcpu_used":1}}`, `{"a":{"ram_used":"80 pages","vcpu_used":1}}`,
		`{"a":{"ram_used":true,"vcpu_used":1}}`, `{"a":{"gpu":1}}`, `{"a":1}`, `{"a|b":{}}`, `{"":{}}`, `{"a":{"state":"on","vcpu_used":1}}`, `{"a":{"schedulable":"no","vcpu_used":1}}`,
		`{"a":{"capacity":{"vcpu":-8}}}`, `{"a":{"capacity":8,"vcpu_used":1}}`, `{"a":{"site":7,"vcpu_used":1}}`, `{"a":{"labels":{"a":1},"vcpu_used":1}}`,
		`{"a":{"metrics":{"ttft":{"vlaue":1}},"vcpu_used":1}}`, `{"a":{"addresses":"192.0.2.1","vcpu_used":1}}`,
	} {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(document)))
		if err != nil {
			t.Fatal(err)
		}
		invalid := schema.Validate(value)
		reading, err := Parse([]byte(document))
		if problems := reading.AllProblems(); (invalid != nil) != (err != nil || len(problems) > 0) {
			t.Errorf("%.200s: by the schema %v, read with problems %v, %v", document, invalid, problems, err)
		}
	}
}
