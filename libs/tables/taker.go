package tables

import (
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/schemas"
)

// takerOf returns what reads the records of a topic as values of type T.
func takerOf[T any](registry avro.Registry, topic string) (taker[T], error) {
	var take any
	var err error
	switch any((*T)(nil)).(type) {
	case *schemas.NetworkMap:
		take, err = wholeMaps(registry, topic, versioned.NewNetworkReader())
	case *versioned.CostMap:
		take, err = wholeMaps(registry, topic, versioned.NewCostReader())
	default:
		take, err = records[T](registry, topic)
	}
	if err != nil {
		return nil, err
	}
	return take.(taker[T]), nil
}

// serdeOf reads the values of a topic.
func serdeOf[V any](registry avro.Registry, topic string) (*avro.Serde[V], error) {
	schema, _ := schemas.Of(topic)
	return avro.NewSerde[V](registry, topic, schema)
}

func records[T any](registry avro.Registry, topic string) (taker[T], error) {
	serde, err := serdeOf[T](registry, topic)
	if err != nil {
		return nil, err
	}
	return func(key string, value []byte) (string, *T, bool, error) {
		v, err := decode(serde, value)
		return key, v, err == nil, err
	}, nil
}

// wholeMaps makes whole maps. A record that cannot be decoded counts as one that is not there.
func wholeMaps[V, T any](registry avro.Registry, topic string, reader *versioned.Reader[V, *T]) (taker[T], error) {
	serde, err := serdeOf[V](registry, topic)
	if err != nil {
		return nil, err
	}
	return func(key string, value []byte) (string, *T, bool, error) {
		v, err := decode(serde, value)
		if err != nil {
			v = new(V)
		}
		id, state, m := reader.Take(key, v)
		return id, m, state != versioned.Unchanged, err
	}, nil
}

func decode[V any](serde *avro.Serde[V], value []byte) (*V, error) {
	if value == nil {
		return nil, nil
	}
	return serde.Decode(value)
}
