package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

// BenchmarkOctets changes metrics as BenchmarkMetric does, where routing costs alone are published, and counts what a
// change takes for each cost that is another one: in the records, and as brokers store and send them, compressed and with
// the marks of transactions.
func BenchmarkOctets(b *testing.B) {
	service.RaiseProcs()
	for _, routers := range []int{5, 100, 1000, 1700, 5000} {
		b.Run(fmt.Sprint("routers=", routers), func(b *testing.B) {
			p := newProvider(b, routers, 0)
			p.env["cost-builder"] = []string{"COST_METRICS=routingcost"}
			p.start()
			last := p.await(func(m *versioned.CostMap) bool { return len(m.PIDs()) == routers+1 }).costs
			client, err := kgo.NewClient(kgo.SeedBrokers(p.clients.KafkaBootstrapServers))
			if err != nil {
				b.Fatal(err)
			}
			defer client.Close()
			size := storedOctets(b, client, schemas.CostMapsTopic)
			changes, cells, inRecords, stored := 0, 0, 0, int64(0)
			for b.Loop() {
				p.changeMetric()
				select {
				case s := <-p.shown:
					before := size
					if size = storedOctets(b, client, schemas.CostMapsTopic); size < before {
						last = s.costs // compacted meanwhile: it is not known what the change took
						continue
					}
					for range s.costs.Changes(last) {
						cells++
					}
					changes, inRecords, stored, last = changes+1, inRecords+s.octets, stored+size-before, s.costs
				case <-time.After(2 * time.Second): // costs are as before
				}
			}
			b.ReportMetric(float64(cells)/float64(changes), "cells/change")
			b.ReportMetric(float64(inRecords)/float64(cells), "B/cell")
			b.ReportMetric(float64(stored)/float64(cells), "stored-B/cell")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// storedOctets is what brokers store of a topic.
func storedOctets(b *testing.B, client *kgo.Client, topic string) (octets int64) {
	b.Helper()
	response, err := kmsg.NewPtrDescribeLogDirsRequest().RequestWith(b.Context(), client)
	if err != nil {
		b.Fatal(err)
	}
	for _, dir := range response.Dirs {
		if err := kerr.ErrorForCode(dir.ErrorCode); err != nil {
			b.Fatal(err)
		}
		for _, t := range dir.Topics {
			for _, partition := range t.Partitions {
				if t.Topic == topic {
					octets += partition.Size
				}
			}
		}
	}
	return octets
}
