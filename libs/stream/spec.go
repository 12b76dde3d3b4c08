package stream

import (
	"time"

	"github.com/altostream/altostream/libs/avro"
)

// Spec is a processor as a value: state S, events E, output records V.
type Spec[S, E, V any] struct {
	// Name is the consumer group's name and the service's in logs and metrics.
	Name string
	// Inputs are the tables that the output is a function of: what Step has not put
	// out by the first flush is withdrawn from the output table. A processor without
	// inputs, an ingest, decides itself what becomes of what the table holds.
	Inputs []Input[E]
	Output Table[V]

	// Init returns the state that knows nothing.
	Init func() S
	// Step takes one event. It is deterministic and does no I/O; like append it may
	// reuse s. Its outputs are published when the runtime flushes; of several for
	// one key the last counts.
	Step func(s S, e E) (S, []Output[V])
	// Flush is the event that ends a batch: the inputs are caught up or idle. Work
	// that many changes share is done here.
	Flush E

	// Exact says that Step puts out changes of the output table only: the state knows
	// what the table holds (Restore tells it at the start), so that the runtime keeps no
	// copy to compare with.
	Exact bool

	// Restore, if not nil, makes an event of each record that the output table
	// already holds at the start.
	Restore func(key string, value *V) E
	// Owns, if not nil, says that every instance reads the inputs whole, whatever their partitions, and that the
	// instances share out the partitions of the output. It makes the event that a partition, of how many, is
	// this instance's from now on, or no longer is; the first one comes before the first flush. At the next flush
	// after it Step puts out all that the partition must hold (Partition of the key), and then what changes there.
	Owns func(partition, partitions int, owned bool) E
	// Wake makes the event that an Output with WakeAfter asks for.
	Wake func(name string) E
	// TakeOver, if not nil, makes the event that this instance of a processor publishes from
	// now on: Restore has told what the output table holds. StandBy, if not nil, makes the
	// event that it no longer does.
	TakeOver, StandBy func() E
	// Source, if not nil, is what a record of an ingest's output table says of one of its sources, as
	// Output.Resign names them: whether the instance that published hears it.
	Source func(key string, value *V) (source string, heard, ok bool)
	// Stop, if not nil, makes the last event of a processor that is fed: what it puts
	// out is published before the end.
	Stop func() E
}

// comparing returns the processor without its state: of the machines that compare what another one puts out with the
// output table.
func (s Spec[S, E, V]) comparing() Spec[S, E, V] {
	s.Init = func() (none S) { return none }
	s.Step = func(none S, _ E) (S, []Output[V]) { return none, nil }
	return s
}

// Input is a table that a processor reads.
type Input[E any] struct {
	Topic string
	// Decode makes an event of a record; value nil means that the key does not
	// exist. A record that cannot be decoded counts as one that does not exist.
	Decode func(key string, value []byte) (E, error)
}

// Table is the output of a processor.
type Table[V any] struct {
	Topic string
	Serde Serde[V]
	// Canonical returns the part of a record that makes it another one: what it
	// leaves out (a reading's time, say) may differ without a publication. Nil means
	// all of it.
	Canonical func(V) V
	// Visible, if not nil, is told of each change that readers can see now, and the size of
	// its record in octets; the value must not change any more. A record that could not be
	// published is withdrawn, with the reason.
	Visible func(change Change[V], octets int)
}

// Serde writes and reads the values of a topic (libs/avro).
type Serde[V any] interface {
	// Register makes the schema known to the registry; Encode needs it.
	Register() error
	// Subject returns where the schema stands in the registry.
	Subject() (avro.Subject, error)
	Encode(v *V) ([]byte, error)
	// Decode reads a value; an error that wraps avro.ErrUnavailable says nothing about it.
	Decode(b []byte) (*V, error)
}

// Output is what one key of the output table must hold.
type Output[V any] struct {
	Key   string
	Value *V // nil = the key does not exist
	// Reason says why it does not, if it is not simply gone (ReasonHeader).
	Reason string

	// Keep leaves what the table holds as it is, whatever that is; Value is ignored.
	Keep bool
	// WakeAfter asks for the event Spec.Wake(Key) after this time; the output table
	// is not touched.
	WakeAfter time.Duration
	// Resign says that an ingest does not hear the source Key, and asks that another instance
	// publish as long as there is one that hears more; Resume that it hears it (see Feed). The
	// output table is not touched.
	Resign, Resume bool
}

// Decoder reads the values of a topic (libs/avro: a Serde, or a Reader of one).
type Decoder[T any] interface {
	Decode(b []byte) (*T, error)
}

// InputOf is an input whose events carry decoded records.
func InputOf[E, T any](topic string, decoder Decoder[T], event func(key string, value *T) E) Input[E] {
	return Input[E]{
		Topic: topic,
		Decode: func(key string, value []byte) (E, error) {
			if value == nil {
				return event(key, nil), nil
			}
			v, err := decoder.Decode(value)
			if err != nil {
				var none E
				return none, err
			}
			return event(key, v), nil
		},
	}
}
