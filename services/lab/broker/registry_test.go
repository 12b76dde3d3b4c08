package broker

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/schemas"
)

func newRegistryClient(t *testing.T, url string) schemaregistry.Client {
	t.Helper()
	client, err := schemaregistry.NewClient(schemaregistry.NewConfig(url))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// register registers the topics' schemas and versions 0 to last of another subject,
// and returns their ids.
func register(t *testing.T, client schemaregistry.Client, last int) (ids []int) {
	t.Helper()
	for _, topic := range schemas.Topics {
		schema, _ := schemas.Of(topic)
		ids = append(ids, registerOne(t, client, topic+"-value", schema))
	}
	for i := range last + 1 {
		schema := fmt.Sprintf(`{"type":"enum","name":"e","symbols":["a%d"]}`, i)
		ids = append(ids, registerOne(t, client, "evolving-value", schema))
	}
	return ids
}

func registerOne(t *testing.T, client schemaregistry.Client, subject, schema string) int {
	t.Helper()
	id, err := client.Register(subject, schemaregistry.SchemaInfo{Schema: schema}, false)
	if err != nil {
		t.Fatalf("register %s: %v", subject, err)
	}
	return id
}

func TestRegistrySurvivesRestart(t *testing.T) {
	dir := t.TempDir()
	const text = `"string"`
	b := startBroker(t, dir)
	client := newRegistryClient(t, b.RegistryURL())
	first := register(t, client, 3)
	shared := registerOne(t, client, "one-value", text)
	if other := registerOne(t, client, "two-value", text); other != shared {
		t.Errorf("one schema has the ids %d and %d", shared, other)
	}
	setCompatibility(t, b.RegistryURL()+"/config/one-value", "FULL_TRANSITIVE")
	if _, err := client.DeleteSubject("evolving-value", false); err != nil {
		t.Fatal(err)
	}
	b.Close()

	b = startBroker(t, dir)
	client = newRegistryClient(t, b.RegistryURL())
	subjects, err := client.GetAllSubjects()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"compute_resources-value", "cost_maps-value", "endpoint-properties-value", "network_maps-value", "one-value", "raw-topology-value", "two-value"}
	if diff := cmp.Diff(want, subjects); diff != "" {
		t.Errorf("subjects (-want +got)\n%s", diff)
	}
	for i, topic := range schemas.Topics {
		metadata, err := client.GetLatestSchemaMetadata(topic + "-value")
		schema, _ := schemas.Of(topic)
		if err != nil || metadata.ID != first[i] || metadata.Version != 1 || metadata.Schema != schema {
			t.Errorf("%s: id %d, version %d, %v", topic, metadata.ID, metadata.Version, err)
		}
	}
	config, err := client.GetConfig("one-value", false)
	if err != nil || config.CompatibilityLevel != schemaregistry.FullTransitive {
		t.Errorf("compatibility of one-value: %v, %v", config.CompatibilityLevel, err)
	}
	if id := registerOne(t, client, "new-value", `"long"`); id <= shared {
		t.Errorf("a new schema got the id %d, which was given before", id)
	}
}

// setCompatibility does by hand what the client of version 2.14.0 does wrong: it
// sends compatibilityLevel.
func setCompatibility(t *testing.T, url, level string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPut, url, strings.NewReader(`{"compatibility":"`+level+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("set the compatibility level: %s", response.Status)
	}
}

func TestRegistryAnswersApicuriosDeserializer(t *testing.T) {
	b := startBroker(t, t.TempDir())
	const text = `"string"`
	id := registerOne(t, newRegistryClient(t, b.RegistryURL()), "one-value", text)
	for path, want := range map[string]string{fmt.Sprint(id): text, fmt.Sprint(id, "/references"): "[]"} {
		response, err := http.Get(b.RegistryURL() + "/apis/registry/v2/ids/contentIds/" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		got, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK || string(got) != want {
			t.Errorf("%s: %s %q, %v, want %q", path, response.Status, got, err, want)
		}
	}
}

func TestJournalGrowsOnlyByChanges(t *testing.T) {
	registration := change{"POST", "/subjects/s/versions", `{"schema":"\"string\""}`}
	other := change{"POST", "/subjects/s/versions", `{"schema":"\"long\""}`}
	full, none := change{"PUT", "/config", `FULL`}, change{"PUT", "/config", `NONE`}
	removal := change{"DELETE", "/subjects/s", ""}
	for _, test := range []struct {
		past []change
		next change
		want bool
	}{
		{nil, registration, false},
		{[]change{registration, other, full}, registration, true},
		{[]change{registration, removal}, registration, false},
		{[]change{full, registration}, full, true},
		{[]change{full, none}, full, false},
		{[]change{removal, registration}, removal, true},
	} {
		j := journal{changes: test.past}
		if got := j.known(test.next); got != test.want {
			t.Errorf("after %v, %v: known is %v", test.past, test.next, got)
		}
	}
}

func TestDamagedJournal(t *testing.T) {
	_, err := openJournal(t.TempDir(), nil)
	if err == nil || !strings.Contains(err.Error(), "read the registry's journal") {
		t.Errorf("folder as journal: %v", err)
	}
}
