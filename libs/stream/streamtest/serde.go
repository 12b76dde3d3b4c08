package streamtest

import (
	"reflect"
	"sync"
	"testing"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/schemas"
)

// serdes holds each serde that was asked for: a schema takes long to read.
var serdes sync.Map

type serdeOf struct {
	topic string
	value reflect.Type
}

// Serde returns the serde of one of the product's topics on a registry of its own,
// registered. From then on the registry is away: what a test steps through it cannot ask anything,
// as Step must not.
func Serde[T any](t testing.TB, topic string) *avro.Serde[T] {
	t.Helper()
	schema, ok := schemas.Of(topic)
	if !ok {
		t.Fatalf("topic %s has no schema", topic)
	}
	made, _ := serdes.LoadOrStore(serdeOf{topic, reflect.TypeFor[T]()}, sync.OnceValues(func() (*avro.Serde[T], error) {
		serde, err := avro.NewSerde[T](registry{topic + "-value": schema}, topic, schema)
		if err != nil {
			return nil, err
		}
		return serde, serde.Register()
	}))
	serde, err := made.(func() (*avro.Serde[T], error))()
	if err != nil {
		t.Fatal(err)
	}
	return serde
}

// registry holds one schema for each subject, with the id 1.
type registry map[string]string

func (r registry) Register(string, string) (int, error) { return 1, nil }

func (r registry) Schema(string, int) (string, error) { return "", avro.ErrUnavailable }

func (r registry) Subject(subject, _ string) (avro.Subject, error) {
	return avro.Subject{Versions: []int{1}, Latest: r[subject], Own: 1}, nil
}
