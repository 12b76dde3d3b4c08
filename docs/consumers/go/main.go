// Command costmap keeps an ALTO cost map, and the network map that it is for, in
// variables. With topics as arguments it prints what they hold.
package main

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	std "maps"
	"math"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/linkedin/goavro/v2"
)

const costMapID = "costmap-default-routingcost"

var (
	brokers  = cmp.Or(os.Getenv("KAFKA_BOOTSTRAP_SERVERS"), "localhost:9092")
	registry = cmp.Or(os.Getenv("SCHEMA_REGISTRY_URL"), "http://localhost:8081")
	codecs   = map[uint32]*goavro.Codec{} // by schema id
)

// tables is what topics hold: topic to key to record, as JSON.
type tables map[string]map[string]json.RawMessage

type vtag struct {
	ResourceID string `json:"resource_id"`
	Tag        string `json:"tag"`
}

type networkMap struct {
	Meta struct {
		VTag vtag `json:"vtag"`
	} `json:"meta"`
	PIDs map[string]struct {
		IPv4 []string `json:"ipv4"`
		IPv6 []string `json:"ipv6"`
	} `json:"network_map"`
}

type costMap struct {
	Meta struct {
		DependentVTags []vtag `json:"dependent_vtags"`
	} `json:"meta"`
	Costs map[string]map[string]float64 `json:"cost_map"` // source to destination; no entry = unreachable
}

// maps is a cost map and the network map that it is for; nil if there is none.
type maps struct {
	network *networkMap
	costs   *costMap
}

func main() {
	var err error
	if topics := os.Args[1:]; len(topics) > 0 {
		err = follow(topics, printTables)
	} else {
		var current maps // here they are
		err = follow([]string{"network_maps", "cost_maps"}, func(t tables) (more bool, err error) {
			last := current
			if current, err = pair(t, last); err == nil && !reflect.DeepEqual(current, last) {
				current.print()
			}
			return true, err
		})
	}
	if err != nil {
		log.Fatalf("%v\nKAFKA_BOOTSTRAP_SERVERS is %s, SCHEMA_REGISTRY_URL is %s", err, brokers, registry)
	}
}

// pair returns the two maps, or the last pair if the map that fits is still to come.
func pair(t tables, last maps) (maps, error) {
	var m maps
	if err := unmarshal(t["cost_maps"][costMapID], &m.costs); m.costs == nil {
		return maps{}, err
	}
	vtag := m.costs.Meta.DependentVTags[0]
	err := unmarshal(t["network_maps"][vtag.ResourceID], &m.network)
	if m.network == nil || m.network.Meta.VTag != vtag {
		return last, err
	}
	if m.costs.Costs == nil {
		if rows := whole(t["cost_maps"], costMapID, "cost_map"); rows == nil || json.Unmarshal(rows, &m.costs.Costs) != nil {
			return last, nil
		}
	}
	if m.network.PIDs == nil {
		if rows := whole(t["network_maps"], vtag.ResourceID, "network_map"); rows == nil || json.Unmarshal(rows, &m.network.PIDs) != nil {
			return last, nil
		}
	}
	return m, nil
}

// large is a record of a large map: its head, a part or a delta.
type large struct {
	Version int64
	Parts   struct {
		Count  int
		Digest string
	}
	Delta   map[string]map[string]any
	Network map[string]map[string]any `json:"network_map"`
	Costs   map[string]map[string]any `json:"cost_map"`
}

// whole returns the rows of a large map as JSON; nil if what it is made of is not all there.
func whole(table map[string]json.RawMessage, resource, field string) json.RawMessage {
	var head large
	var deltas []large
	rows, versions := map[string]map[string]any{}, map[string]int64{}
	for key, text := range table {
		var r large
		if err := json.Unmarshal(text, &r); err != nil {
			return nil
		}
		pid, isPart := strings.CutPrefix(key, resource+"|")
		switch {
		case key == resource:
			head = r
		case strings.HasPrefix(pid, "~") && isPart:
			deltas = append(deltas, r)
		case isPart:
			rows[pid], versions[pid] = r.Costs[pid], r.Version
			if field == "network_map" {
				rows[pid] = r.Network[pid]
			}
		}
	}
	slices.SortFunc(deltas, func(a, b large) int { return cmp.Compare(a.Version, b.Version) })
	for _, delta := range deltas {
		for pid, cells := range delta.Delta {
			if version, ok := versions[pid]; ok && delta.Version > version {
				std.Copy(rows[pid], cells)
			}
		}
	}
	var digest uint64
	for pid, row := range rows {
		std.DeleteFunc(row, func(_ string, value any) bool { return value == nil })
		digest += hashRow(pid, row)
	}
	if head.Parts.Count != len(rows) || head.Parts.Digest != fmt.Sprintf("%016x", digest) {
		return nil
	}
	text, _ := json.Marshal(rows)
	return text
}

// hashRow sums up the hashes of a row and what is in it: costs by destination, or the lists of
// a PID's prefixes.
func hashRow(name string, row map[string]any) uint64 {
	h := hash(name)
	sum := mix(h)
	for column, value := range row {
		switch value := value.(type) {
		case float64:
			sum += mix(h + 3*hash(column) + 0x9e3779b97f4a7c15*math.Float64bits(value))
		case []any:
			for _, member := range value {
				sum += mix(h + 3*hash(member.(string)))
			}
		}
	}
	return sum
}

func hash(name string) uint64 {
	x := uint64(0xcbf29ce484222325)
	for _, octet := range []byte(name) {
		x = (x ^ uint64(octet)) * 0x100000001b3
	}
	return mix(x)
}

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unmarshal leaves v alone if there is no record.
func unmarshal(record json.RawMessage, v any) error {
	if record == nil {
		return nil
	}
	return json.Unmarshal(record, v)
}

func (m maps) print() {
	if m.costs == nil {
		fmt.Println(costMapID, "null")
		return
	}
	fmt.Println(m.network.Meta.VTag.ResourceID, m.network.Meta.VTag.Tag, text(m.network.PIDs))
	fmt.Println(costMapID, text(m.costs.Costs))
}

func printTables(t tables) (more bool, err error) {
	for topic, table := range t {
		for key, record := range table {
			fmt.Println(topic, key, string(record))
		}
	}
	return false, nil
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// follow calls next when the topics are read to their ends, and after each record that
// comes, until it returns false.
func follow(topics []string, next func(tables) (bool, error)) error {
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": brokers, "group.id": "unused", "enable.auto.commit": false, "enable.partition.eof": true,
		"isolation.level": "read_committed", "auto.offset.reset": "error", "enable.metrics.push": false,
	})
	if err != nil {
		return err
	}
	defer consumer.Close()
	var all []kafka.TopicPartition
	t, behind := tables{}, map[string]bool{}
	for _, topic := range topics {
		metadata, err := consumer.GetMetadata(&topic, false, 10_000)
		if err != nil {
			return err
		}
		if len(metadata.Topics[topic].Partitions) == 0 {
			return fmt.Errorf("topic %s: %v", topic, metadata.Topics[topic].Error)
		}
		t[topic] = map[string]json.RawMessage{}
		for _, p := range metadata.Topics[topic].Partitions {
			all = append(all, kafka.TopicPartition{Topic: &topic, Partition: p.ID, Offset: kafka.OffsetBeginning})
			behind[fmt.Sprint(topic, "/", p.ID)] = true
		}
	}
	if err := consumer.Assign(all); err != nil {
		return err
	}
	for {
		switch event := consumer.Poll(1000).(type) {
		case kafka.PartitionEOF:
			p := fmt.Sprint(*event.Topic, "/", event.Partition)
			if !behind[p] {
				continue
			}
			delete(behind, p)
		case *kafka.Message:
			if err := t.take(event); err != nil {
				return err
			}
		case kafka.Error:
			if event.Code() == kafka.ErrAutoOffsetReset { // e.g. the topic was made anew: start over
				return event
			}
			log.Print(event) // the client tries again
			continue
		default:
			continue
		}
		if len(behind) > 0 {
			continue
		}
		if more, err := next(t); !more || err != nil {
			return err
		}
	}
}

// take puts a record into its table.
func (t tables) take(m *kafka.Message) error {
	table, key := t[*m.TopicPartition.Topic], string(m.Key)
	if m.TopicPartition.Error != nil {
		return m.TopicPartition.Error
	}
	if m.Value == nil { // the key is gone
		delete(table, key)
		return nil
	}
	if len(m.Value) < 5 {
		return fmt.Errorf("%s: a value of %d bytes is not Avro of a registry", m.TopicPartition, len(m.Value))
	}
	// A zero byte, the id of the writer's schema in four bytes, then Avro.
	codec, err := codecOf(binary.BigEndian.Uint32(m.Value[1:5]))
	if err != nil {
		return err
	}
	native, _, err := codec.NativeFromBinary(m.Value[5:])
	if err != nil {
		return err
	}
	table[key], err = codec.TextualFromNative(nil, native)
	return err
}

func codecOf(id uint32) (*goavro.Codec, error) {
	if codec := codecs[id]; codec != nil {
		return codec, nil
	}
	response, err := http.Get(fmt.Sprint(registry, "/schemas/ids/", id))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer struct{ Schema string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("schema %d: %s answers %s", id, registry, response.Status)
	}
	codecs[id], err = goavro.NewCodecForStandardJSONFull(answer.Schema)
	return codecs[id], err
}
