package alto

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/altostream/altostream/schemas"
	"github.com/google/go-cmp/cmp"
)

// The example of RFC 7285 §11.2.1.7.
var exampleNetworkMap = schemas.NetworkMap{
	Meta: &schemas.NetworkMapMeta{VTag: schemas.VersionTag{
		ResourceID: "my-default-network-map", Tag: "da65eca2eb7a10ce8b059740b0b2e3f8eb1d4785",
	}},
	NetworkMap: NetworkMap{
		"PID1": v4("192.0.2.0/24", "198.51.100.0/25"),
		"PID2": v4("198.51.100.128/25"),
		"PID3": {IPv4: []string{"0.0.0.0/0"}, IPv6: []string{"::/0"}},
	},
}

// The example of RFC 7285 §11.2.3.7.
var exampleCostMap = schemas.CostMap{
	Meta: &schemas.CostMapMeta{
		DependentVTags: []schemas.VersionTag{{
			ResourceID: "my-default-network-map", Tag: "3ee2cb7e8d63d9fab71b9b34cbf764436315542e",
		}},
		CostType: schemas.CostType{CostMode: "numerical", CostMetric: "routingcost"},
	},
	CostMap: CostMap{
		"PID1": {"PID1": 1, "PID2": 5, "PID3": 10},
		"PID2": {"PID1": 5, "PID2": 1, "PID3": 15},
		"PID3": {"PID1": 20, "PID2": 15},
	},
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(text)
}

func TestNetworkMapJSON(t *testing.T) {
	want := readFile(t, "testdata/networkmap.json")
	text, err := NetworkMapJSON(exampleNetworkMap)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Errorf("NetworkMapJSON (-want +got):\n%s", diff)
	}
	m, err := ParseNetworkMap(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(exampleNetworkMap, m); diff != "" {
		t.Errorf("ParseNetworkMap (-want +got):\n%s", diff)
	}
}

// TestCostContextJSON is RFC 9439 §3.1.
func TestCostContextJSON(t *testing.T) {
	m := schemas.CostMap{CostMap: CostMap{"a": {"a": 0}}, Meta: &schemas.CostMapMeta{CostType: schemas.CostType{
		CostMode: Numerical, CostMetric: DelayOneWay,
		CostContext: &schemas.CostContext{CostSource: Estimation, Parameters: map[string]string{"tlv": "1114"}},
	}}}
	text, err := CostMapJSON(m)
	if err != nil {
		t.Fatal(err)
	}
	const want = `"cost-context":{"cost-source":"estimation","parameters":{"tlv":"1114"}},"cost-metric":"delay-ow","cost-mode":"numerical"`
	if got := strings.Join(strings.Fields(string(text)), ""); !strings.Contains(got, want) {
		t.Errorf("got %s, want it to have %s", got, want)
	}
	back, err := ParseCostMap(text)
	if diff := cmp.Diff(m, back); diff != "" || err != nil {
		t.Errorf("ParseCostMap: %v (-want +got):\n%s", err, diff)
	}
}

func TestCostMapJSON(t *testing.T) {
	want := readFile(t, "testdata/costmap.json")
	text, err := CostMapJSON(exampleCostMap)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Errorf("CostMapJSON (-want +got):\n%s", diff)
	}
	m, err := ParseCostMap(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(exampleCostMap, m); diff != "" {
		t.Errorf("ParseCostMap (-want +got):\n%s", diff)
	}
}

func TestJSONOfEmptyParts(t *testing.T) {
	text, err := NetworkMapJSON(schemas.NetworkMap{
		Meta: &schemas.NetworkMapMeta{}, NetworkMap: NetworkMap{"a": {IPv4: []string{}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(`"a": {}`)) {
		t.Errorf("a PID without prefixes is written %s", text)
	}
	text, err = CostMapJSON(schemas.CostMap{Meta: &schemas.CostMapMeta{}, CostMap: CostMap{}})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(`"dependent-vtags": []`)) {
		t.Errorf("no dependent vtag is written %s", text)
	}
}

func TestJSONOfNoWholeMap(t *testing.T) {
	tests := []struct {
		name string
		err  func() error
		want string
	}{
		{"head of a large network map", func() error {
			_, err := NetworkMapJSON(schemas.NetworkMap{Meta: &schemas.NetworkMapMeta{}})
			return err
		}, "write network map: no whole map"},
		{"part of a large network map", func() error {
			_, err := NetworkMapJSON(schemas.NetworkMap{NetworkMap: NetworkMap{}})
			return err
		}, "write network map: no whole map"},
		{"head of a large cost map", func() error {
			_, err := CostMapJSON(schemas.CostMap{Meta: &schemas.CostMapMeta{}})
			return err
		}, "write cost map: no whole map"},
		{"text that is a cost map", func() error {
			_, err := ParseNetworkMap(readFile(t, "testdata/costmap.json"))
			return err
		}, "read network map: no whole map"},
		{"text that is a network map", func() error {
			_, err := ParseCostMap(readFile(t, "testdata/networkmap.json"))
			return err
		}, "read cost map: no whole map"},
		{"network map that is no JSON", func() error {
			_, err := ParseNetworkMap([]byte("{'meta': 1}"))
			return err
		}, "read network map: invalid character"},
		{"cost map that is no JSON", func() error {
			_, err := ParseCostMap([]byte("{'meta': 1}"))
			return err
		}, "read cost map: invalid character"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantError(t, tt.err(), tt.want) })
	}
}
