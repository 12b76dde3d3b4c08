package versioned

import (
	"fmt"
	"testing"

	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/schemas"
)

// BenchmarkPublish changes some of the costs of a map back and forth: comparing all, and writing
// and encoding what differs.
func BenchmarkPublish(b *testing.B) {
	head := func(string) *CostRecord { return &CostRecord{Meta: &schemas.CostMapMeta{}} }
	serde := streamtest.Serde[CostRecord](b, schemas.CostMapsTopic)
	for _, n := range []int{1000, 5000} {
		w := NewCostWriter("costmap-net-routingcost", standard)
		maps := []generated{generate(n, 0), generate(n, 5)}
		for more := true; more; {
			_, more = w.Publish(maps[0], head)
		}
		b.Run(fmt.Sprintf("routers=%d/unchanged", n), func(b *testing.B) {
			for b.Loop() {
				w.Publish(maps[0], head)
			}
		})
		b.Run(fmt.Sprintf("routers=%d/changed", n), func(b *testing.B) {
			octets := 0
			for i := 0; b.Loop(); i++ {
				for more := true; more; {
					var out []Record[CostRecord]
					out, more = w.Publish(maps[(i+1)%2], head)
					for _, r := range out {
						text, err := serde.Encode(r.Value)
						if err != nil {
							b.Fatal(err)
						}
						octets += len(text)
					}
				}
			}
			b.ReportMetric(float64(octets)/float64(b.N), "octets/op")
		})
	}
}

// BenchmarkRead reads what BenchmarkPublish writes: decoding it, and making a map that does not change of each.
func BenchmarkRead(b *testing.B) {
	head := func(string) *CostRecord { return &CostRecord{Meta: &schemas.CostMapMeta{}} }
	serde := streamtest.Serde[CostRecord](b, schemas.CostMapsTopic)
	for _, n := range []int{1000, 5000} {
		b.Run(fmt.Sprintf("routers=%d", n), func(b *testing.B) {
			w, r := NewCostWriter("costmap-net-routingcost", standard), NewCostReader()
			maps := []generated{generate(n, 0), generate(n, 5)}
			read := func(m generated) {
				for more := true; more; {
					var out []Record[CostRecord]
					out, more = w.Publish(m, head)
					values := make([][]byte, len(out))
					for i, record := range out {
						values[i], _ = serde.Encode(record.Value)
					}
					b.StartTimer()
					for i, record := range out {
						v, err := serde.Decode(values[i])
						if err != nil {
							b.Fatal(err)
						}
						r.Take(record.Key, v)
					}
					b.StopTimer()
				}
			}
			read(maps[0])
			b.ResetTimer()
			for i := range b.N {
				read(maps[(i+1)%2])
			}
		})
	}
}

// dense are costs that are held as they are.
type dense struct {
	pids []string
	rows [][]uint32
}

func denseOf(m generated, more uint32) dense {
	d := dense{pids: m.PIDs()}
	for from := range d.pids {
		row := make([]uint32, len(d.pids))
		m.Whole(from, row)
		for to := range row {
			row[to] += more
		}
		d.rows = append(d.rows, row)
	}
	return d
}

func (d dense) PIDs() []string { return d.pids }

func (d dense) Row(from int, costs []float64) {
	for to, cost := range d.rows[from] {
		costs[to] = float64(cost)
	}
}

func (d dense) Whole(from int, costs []uint32) bool {
	copy(costs, d.rows[from])
	return true
}

func (d dense) State() any { return &d.rows[0] }

func (d dense) ChangedSince(state any) ([][]int32, bool) { return nil, state == d.State() }

func (d dense) Cost(from, to int) float64 { return costOf(d.rows[from][to]) }

// BenchmarkPublishAll changes all costs of a map.
func BenchmarkPublishAll(b *testing.B) {
	head := func(string) *CostRecord { return &CostRecord{Meta: &schemas.CostMapMeta{}} }
	for _, n := range []int{1700, 5000} {
		w := NewCostWriter("costmap-net-routingcost", standard)
		maps := []dense{denseOf(generate(n, 0), 0), denseOf(generate(n, 0), 1)}
		b.Run(fmt.Sprintf("routers=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				for more := true; more; {
					_, more = w.Publish(maps[i%2], head)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n*n), "ns/cell")
		})
	}
}
