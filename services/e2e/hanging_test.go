package e2e

import (
	"context"
	"hash/crc32"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/e2e/cluster"
)

// TestHangingTransaction starts bgp-ingest where an earlier one has left records in a transaction
// that its coordinator does not know, as a coordinator does that skips the end of a transaction in a
// partition without a leader: they must not come to light with the first transaction that is committed.
func TestHangingTransaction(t *testing.T) {
	t.Parallel()
	_, clients := startCluster(t, cluster.Config{Properties: map[string]string{"transaction.partition.verification.enable": "false"}})
	const address = "127.0.1.3"
	hang(t, clients, "altostream-bgp-ingest-default-default", schemas.RawTopologyTopic, "default|bgp:"+address+"|node|never told")
	e, _, _ := startAlone(t, clients, address)
	awaitFor(t, patience, func() error { return rawTable(t, clients, e) })
	e.put(5, linkNLRI(east, west))
	awaitFor(t, patience, func() error { return rawTable(t, clients, e) })
}

// hang writes a record in a transaction of an id and tells the coordinator nothing of it.
func hang(t *testing.T, clients service.Config, id, topic, key string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(clients.KafkaBootstrapServers), kgo.MaxVersions(kversion.V3_5_0()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	begin := kmsg.NewPtrInitProducerIDRequest()
	begin.TransactionalID, begin.TransactionTimeoutMillis = &id, 10_000
	producer, err := begin.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(producer.ErrorCode)
	}
	if err != nil {
		t.Fatal(err)
	}

	part := kmsg.NewProduceRequestTopicPartition()
	part.Records = transactionalBatch(producer, key, rawRecord(t, clients))
	records := kmsg.NewProduceRequestTopic()
	records.Topic, records.Partitions = topic, []kmsg.ProduceRequestTopicPartition{part}
	produce := kmsg.NewPtrProduceRequest()
	produce.TransactionID, produce.Acks, produce.TimeoutMillis = &id, -1, 10_000
	produce.Topics = []kmsg.ProduceRequestTopic{records}
	produced, err := produce.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(produced.Topics[0].Partitions[0].ErrorCode)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// rawRecord returns some value of raw-topology.
func rawRecord(t *testing.T, clients service.Config) []byte {
	t.Helper()
	registry, err := avro.Dial(clients.Registry())
	if err != nil {
		t.Fatal(err)
	}
	serde, err := avro.NewSerde[schemas.RawTopology](registry, schemas.RawTopologyTopic, schemas.RawTopologySchema)
	if err == nil {
		err = serde.Register()
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := serde.Encode(&schemas.RawTopology{Topology: "default", Kind: schemas.KindNode})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// transactionalBatch returns a batch of one record, format version 2.
func transactionalBatch(producer *kmsg.InitProducerIDResponse, key string, value []byte) []byte {
	const transactional, lengthEnd, crcEnd = 0x10, 12, 21
	record := kmsg.Record{Key: []byte(key), Value: value}
	record.Length = int32(len(record.AppendTo(nil)) - 1) // without itself
	now := time.Now().UnixMilli()
	batch := kmsg.RecordBatch{
		PartitionLeaderEpoch: -1, Magic: 2, Attributes: transactional, FirstTimestamp: now, MaxTimestamp: now,
		ProducerID: producer.ProducerID, ProducerEpoch: producer.ProducerEpoch, NumRecords: 1, Records: record.AppendTo(nil),
	}
	octets := batch.AppendTo(nil)
	batch.Length = int32(len(octets) - lengthEnd)
	batch.CRC = int32(crc32.Checksum(octets[crcEnd:], crc32.MakeTable(crc32.Castagnoli)))
	return batch.AppendTo(nil)
}
