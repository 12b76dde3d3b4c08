package streamtest

import (
	"fmt"
	"testing"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/schemas"
)

// Serde returns the serde of one of the product's topics on a registry of its own,
// registered.
func Serde[T any](t testing.TB, topic string) *avro.Serde[T] {
	t.Helper()
	schema, ok := schemas.Of(topic)
	if !ok {
		t.Fatalf("topic %s has no schema", topic)
	}
	serde, err := avro.NewSerde[T](registry{topic + "-value": schema}, topic, schema)
	if err != nil {
		t.Fatal(err)
	}
	if err := serde.Register(); err != nil {
		t.Fatal(err)
	}
	return serde
}

// registry holds one schema for each subject, with the id 1.
type registry map[string]string

func (r registry) Register(string, string) (int, error) { return 1, nil }

func (r registry) Schema(subject string, id int) (string, error) {
	if schema, ok := r[subject]; ok && id == 1 {
		return schema, nil
	}
	return "", fmt.Errorf("no schema %d of %s", id, subject)
}

func (r registry) Subject(subject, _ string) (avro.Subject, error) {
	return avro.Subject{Versions: []int{1}, Latest: r[subject], Own: 1}, nil
}
