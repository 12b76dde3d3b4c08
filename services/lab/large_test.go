package lab

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// TestLargeMaps has networks whose cost maps fit no record, told over a BGP session: a link that fails
// is a delta, and who reads from the beginning has what a live reader has.
func TestLargeMaps(t *testing.T) {
	const id = "costmap-default-routingcost"
	for _, routers := range []int{300, 1000} {
		t.Run(fmt.Sprint(routers), func(t *testing.T) {
			l := startLabOn(t, Config{Routers: fmt.Sprint(routersISP, routers)}, io.Discard)
			pids := routers + 1 // with the default PID
			live := follow(t, l, id)
			first := live.until(t, func(m *versioned.CostMap) bool { return len(m.PIDs()) == pids })
			before := records(t, l, schemas.CostMapsTopic, id)
			if before["|pid"] != pids-1 || before[""] != 1 {
				t.Errorf("records of %s: %v, want a part for each of %d PIDs", id, before, pids)
			}
			if err := l.routers.network.FailLink("R1", "R2"); err != nil {
				t.Fatal(err)
			}
			const r1, r2 = "pid100:0aff0001", "pid100:0aff0002"
			changed := live.until(t, func(m *versioned.CostMap) bool {
				cost, ok := m.Cost(r1, r2)
				return ok && cost > 10
			})
			cells := 0
			for range changed.Changes(first) {
				cells++
			}
			after := records(t, l, schemas.CostMapsTopic, id)
			if cells == 0 || after["|~"] == 0 || after["|~"] > 8 {
				t.Errorf("%d cells changed in %d deltas", cells, after["|~"])
			}
			t.Logf("%d cells of %d in %d octets, %.1f for each", cells, pids*pids, live.octets, float64(live.octets)/float64(cells))
			if most := 40*cells + 4<<10; live.octets > most {
				t.Errorf("%d octets, want %d at most", live.octets, most)
			}
			anew := read[versioned.CostMap](t, l, schemas.CostMapsTopic)[id]
			for c := range anew.Changes(changed) {
				t.Fatalf("read anew, %s to %s costs %v, live it does %v", c.From, c.To, c.New, c.Old)
			}
			network := read[schemas.NetworkMap](t, l, schemas.NetworkMapsTopic)[alto.NetworkMapID("default")]
			if diff := cmp.Diff(network.Meta.VTag, anew.Meta.DependentVTags[0]); diff != "" {
				t.Errorf("vtag (-network map +cost map):\n%s", diff)
			}
			if err := alto.CheckCostMap(alto.CostMapOf(anew), network.NetworkMap); err != nil {
				t.Error(err)
			}
		})
	}
}

// live is a cost map as it changes.
type live struct {
	shown  chan *versioned.CostMap
	octets int // of the last publication
}

func follow(t testing.TB, l *Lab, id string) *live {
	f := &live{shown: make(chan *versioned.CostMap, 64)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	reader := versioned.NewCostReader()
	serde := costSerde(t, l)
	octets := 0
	go func() {
		defer close(done)
		err := stream.Follow(ctx, l.Clients(), schemas.CostMapsTopic, func(m *kafka.Message) error {
			if about, _ := versioned.ResourceOf(string(m.Key)); about != id {
				return nil
			}
			octets += len(m.Key) + len(m.Value)
			var v *versioned.CostRecord
			if m.Value != nil {
				var err error
				if v, err = serde.Decode(m.Value); err != nil {
					return err
				}
			}
			if _, state, whole := reader.Take(string(m.Key), v); state == versioned.Shown {
				f.octets, octets = octets, 0
				f.shown <- whole
			}
			return nil
		}, func() error { return nil })
		if ctx.Err() == nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return f
}

// until returns the first map that is as is says.
func (f *live) until(t testing.TB, is func(*versioned.CostMap) bool) *versioned.CostMap {
	t.Helper()
	for {
		select {
		case m := <-f.shown:
			if is(m) {
				return m
			}
		case <-time.After(2 * time.Minute):
			t.Fatal("the map does not come")
		}
	}
}

// records counts the keys of a map: "" its head, "|pid" parts, "|~" deltas.
func records(t *testing.T, l *Lab, topic, id string) map[string]int {
	t.Helper()
	keys := map[string]bool{}
	err := stream.Follow(t.Context(), l.Clients(), topic, func(m *kafka.Message) error {
		keys[string(m.Key)] = m.Value != nil
		return nil
	}, func() error { return stream.ErrStop })
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for key, exists := range keys {
		about, rest := versioned.ResourceOf(key)
		if !exists || about != id {
			continue
		}
		kind := ""
		for _, prefix := range []string{"|~", "|pid"} {
			if strings.HasPrefix(rest, prefix) {
				kind = prefix
			}
		}
		if rest == "" || kind != "" {
			counts[kind]++
		}
	}
	return counts
}

func costSerde(t testing.TB, l *Lab) *avro.Serde[versioned.CostRecord] {
	t.Helper()
	clients := l.Clients()
	registry, err := avro.Dial(clients.Registry())
	if err != nil {
		t.Fatal(err)
	}
	serde, err := avro.NewSerde[versioned.CostRecord](registry, schemas.CostMapsTopic, schemas.CostMapsSchema)
	if err != nil {
		t.Fatal(err)
	}
	return serde
}
