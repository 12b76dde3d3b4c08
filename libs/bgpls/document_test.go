package bgpls

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// documented is one row of the table of docs/bgp-ls.md.
type documented struct {
	typ                   int
	fields, record, tests []string
}

func readDocument(t *testing.T) (rows []documented) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "bgp-ls.md"))
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("`([^`]+)`")
	names := func(cell string) (names []string) {
		for _, match := range quoted.FindAllStringSubmatch(cell, -1) {
			names = append(names, match[1])
		}
		return names
	}
	_, table, _ := strings.Cut(string(text), "\n## TLVs\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) != 8 {
			continue
		}
		if typ, err := strconv.Atoi(strings.TrimSpace(cells[1])); err == nil {
			rows = append(rows, documented{typ, names(cells[4]), names(cells[5]), names(cells[6])})
		}
	}
	return rows
}

// holders are one value of each type that TLVs fill.
func holders() []holder {
	return []holder{
		new(Attributes), new(NodeDescriptor), new(SRv6EndXSID), new(SRv6Locator), new(FlexAlgorithm), new(PrefixRange),
		new(L2BundleMember), new(LinkMetrics),
		&NLRI{Type: LinkNLRI, Link: new(LinkDescriptor)},
		&NLRI{Type: IPv4PrefixNLRI, Prefix: new(PrefixDescriptor)},
		&NLRI{Type: IPv6PrefixNLRI, Prefix: new(PrefixDescriptor)},
		&NLRI{Type: SRPolicyNLRI, Policy: new(SRPolicyDescriptor)},
		&NLRI{Type: SRv6SIDNLRI, SID: new(SRv6SIDDescriptor)},
	}
}

// The table names every TLV that is decoded, and no other.
func TestDocumentIsComplete(t *testing.T) {
	decoded := map[int]bool{TLVSIDLabel: true} // read by SR capabilities themselves
	for _, h := range holders() {
		for typ := range 1 << 16 {
			if err := h.decode(new(memory), uint16(typ), nil); !errors.Is(err, errNoRoom) {
				decoded[typ] = true
			}
		}
	}
	named := make(map[int]bool)
	for _, row := range readDocument(t) {
		named[row.typ] = true
	}
	same(t, "TLVs", slices.Sorted(maps.Keys(named)), slices.Sorted(maps.Keys(decoded)))
}

// What the table names is there.
func TestDocumentIsTrue(t *testing.T) {
	roots := make(map[string]reflect.Type)
	for _, v := range []any{
		NLRI{}, Attributes{}, NodeDescriptor{}, LinkDescriptor{}, PrefixDescriptor{}, SRv6SIDDescriptor{}, SRv6EndXSID{},
		FlexAlgorithm{}, PrefixRange{}, L2BundleMember{}, LinkMetrics{}, SIDRange{},
	} {
		roots[reflect.TypeOf(v).Name()] = reflect.TypeOf(v)
	}
	record, tests := readSchema(t), readTests(t)
	for _, row := range readDocument(t) {
		for _, path := range row.fields {
			if !hasField(roots, path) {
				t.Errorf("tlv %d: no field %s", row.typ, path)
			}
		}
		for _, path := range row.record {
			if !record[path] {
				t.Errorf("tlv %d: no record field %s", row.typ, path)
			}
		}
		for _, name := range row.tests {
			if !strings.Contains(tests, "func "+name+"(") {
				t.Errorf("tlv %d: no test %s", row.typ, name)
			}
		}
		if len(row.fields) == 0 || len(row.record) == 0 || len(row.tests) == 0 {
			t.Errorf("tlv %d: a column is empty", row.typ)
		}
	}
}

func hasField(roots map[string]reflect.Type, path string) bool {
	names := strings.Split(path, ".")
	typ, ok := roots[names[0]]
	for _, name := range names[1:] {
		if !ok {
			return false
		}
		var f reflect.StructField
		f, ok = typ.FieldByName(name)
		if typ = f.Type; ok && typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
	}
	return ok
}

// readTests is the text of the tests of this package.
func readTests(t *testing.T) string {
	t.Helper()
	files, _ := filepath.Glob("*_test.go")
	var text strings.Builder
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(b)
	}
	return text.String()
}

// readSchema is the paths of the fields of a raw-topology record.
func readSchema(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "schemas", "raw-topology.avsc"))
	if err != nil {
		t.Fatal(err)
	}
	var schema any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	s := avroSchema{paths: make(map[string]bool), named: make(map[string]map[string]any)}
	s.walk("", schema)
	return s.paths
}

type avroSchema struct {
	paths map[string]bool
	named map[string]map[string]any // records by name
}

func (s avroSchema) walk(path string, schema any) {
	switch schema := schema.(type) {
	case string:
		if record, ok := s.named[schema]; ok {
			s.walkFields(path, record)
		}
	case []any:
		for _, branch := range schema {
			s.walk(path, branch)
		}
	case map[string]any:
		if name, ok := schema["name"]; ok {
			s.named[fmt.Sprint(name)] = schema
		}
		s.walk(path, schema["items"])
		s.walkFields(path, schema)
	}
}

func (s avroSchema) walkFields(path string, record map[string]any) {
	fields, _ := record["fields"].([]any)
	for _, f := range fields {
		field := f.(map[string]any)
		inner := strings.TrimPrefix(path+"."+fmt.Sprint(field["name"]), ".")
		s.paths[inner] = true
		s.walk(inner, field["type"])
	}
}
