package e2e

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Four partitions, and where murmur2 of librdkafka and Java puts what belongs to the
// topology "default" and to the source "seed".
const (
	partitions       = 4
	defaultPartition = 3
	seedPartition    = 2
)

// TestChain runs the five programs and holds what they write against the contract.
func TestChain(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	c := newChain(t, partitions)
	c.start()
	c.networkMapIs(seedNetworkMap())
	c.costsAre(routingID, allLinks)
	c.costsAre(hopCountID, hopCounts)
	if err := c.network.FailLink("R2", "R3"); err != nil {
		t.Fatal(err)
	}
	c.costsAre(routingID, withoutR2R3)
	c.endpointIs("ipv4:192.168.35.10", r3, r5)
	c.endpointIs("ipv4:192.168.24.10", r2, r4)
	c.endpointIs("ipv4:192.168.13.10", r1, r3)
	c.quiet(t)
	t.Run("pages", func(t *testing.T) { checkPages(t, c) })
	t.Run("maps", func(t *testing.T) { checkMaps(t, c) })
	t.Run("keys", func(t *testing.T) { checkKeys(t, c) })
	t.Run("headers", func(t *testing.T) { checkHeaders(t, c, begin) })
	t.Run("schemas", func(t *testing.T) { checkSchemas(t, c) })
	t.Run("end", func(t *testing.T) {
		for _, name := range chainOrder {
			if status := c.processes[name].terminate(); status != 0 {
				t.Errorf("%s ended with status %d after SIGTERM, want 0", name, status)
			}
		}
	})
}

// endpointIs waits until an entity is placed at exactly these PIDs.
func (c *chain) endpointIs(entity string, pids ...string) {
	c.t.Helper()
	await(c.t, func() error {
		e, err := value[schemas.EndpointProperties](c.topics, schemas.EndpointPropertiesTopic, entity)
		if err != nil {
			return err
		}
		var at []string
		for _, a := range e.Attachments {
			at = append(at, a.PID)
		}
		if !e.Placed || e.Reason != nil {
			return fmt.Errorf("%s is not placed: %v", entity, e.Reason)
		}
		return differ("place of "+entity, pids, at)
	})
}

func checkPages(t *testing.T, c *chain) {
	for _, name := range chainOrder {
		for path, want := range map[string]string{
			"/healthz": "^ok\n$",
			"/readyz":  "^ok\n$",
			"/metrics": `(?m)^altostream_records_published_total\{.*service="` + name + `".*\} [1-9]`,
		} {
			status, body, err := c.processes[name].page(path)
			if err != nil || status != http.StatusOK || !regexp.MustCompile(want).MatchString(body) {
				t.Errorf("%s serves %s with status %d, %v, and not like %s:\n%s", name, path, status, err, want, body)
			}
		}
	}
}

func checkMaps(t *testing.T, c *chain) {
	if n := len(c.log(schemas.NetworkMapsTopic)); n != 1 {
		t.Errorf("there were %d network maps, want one: whole at first and then the same", n)
	}
	network, err := value[schemas.NetworkMap](c.topics, schemas.NetworkMapsTopic, networkMapID)
	if err != nil {
		t.Fatal(err)
	}
	if err := alto.CheckNetworkMap(network.NetworkMap); err != nil {
		t.Errorf("network map: %v", err)
	}
	if err := differ("canonical form of the network map", alto.Canonical(network.NetworkMap), network.NetworkMap); err != nil {
		t.Error(err)
	}
	for id, metric := range map[string]string{routingID: "routingcost", hopCountID: "hopcount"} {
		m, err := value[schemas.CostMap](c.topics, schemas.CostMapsTopic, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := alto.CheckCostMap(m.CostMap, network.NetworkMap); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		want := &schemas.CostMapMeta{
			DependentVTags: []schemas.VersionTag{network.Meta.VTag},
			CostType:       schemas.CostType{CostMode: "numerical", CostMetric: metric},
			Sources:        &schemas.Sources{Count: 2},
		}
		if err := differ("meta of "+id, want, m.Meta); err != nil {
			t.Error(err)
		}
	}
}

func checkKeys(t *testing.T, c *chain) {
	keys := map[string]*regexp.Regexp{
		schemas.RawTopologyTopic:        regexp.MustCompile(`^default\|bgp:127\.0\.0\.1[23]\|(node|link|prefix4|peer)(\||$)`),
		schemas.NetworkMapsTopic:        regexp.MustCompile(`^networkmap-default$`),
		schemas.CostMapsTopic:           regexp.MustCompile(`^costmap-default-(routingcost|hopcount)$`),
		schemas.ComputeResourcesTopic:   regexp.MustCompile(`^seed\|compute[456]$`),
		schemas.EndpointPropertiesTopic: regexp.MustCompile(`^(ipv4:192\.168\.(13|24|35)\.10|\.ane:(bilbao|madrid|sevilla)|networkmap-default(\.pid:pid100:0([1-5])0\d0\d0\d)?)$`),
	}
	counts := map[string]int{
		schemas.RawTopologyTopic: 2 * (6 + 6 + 17 + 1),                                                                                          // of two speakers: nodes, links left, prefixes, the speaker
		schemas.NetworkMapsTopic: 1, schemas.CostMapsTopic: 2, schemas.ComputeResourcesTopic: 3, schemas.EndpointPropertiesTopic: 3 + 3 + 5 + 1, // endpoints, sites, PIDs, the network map
	}
	for _, topic := range schemas.Topics {
		for _, r := range c.log(topic) {
			partition := int32(defaultPartition)
			switch topic {
			case schemas.ComputeResourcesTopic:
				partition = seedPartition
			case schemas.EndpointPropertiesTopic:
				partition = stream.Partition(r.key, partitions)
			}
			if !keys[topic].MatchString(r.key) {
				t.Errorf("%s: key %q is not like %s", topic, r.key, keys[topic])
			}
			if r.partition != partition {
				t.Errorf("%s: %s is in partition %d, want %d", topic, r.key, r.partition, partition)
			}
		}
		if n := len(table(c.log(topic))); n != counts[topic] {
			t.Errorf("%s holds %d keys, want %d", topic, n, counts[topic])
		}
	}
}

func checkHeaders(t *testing.T, c *chain, begin time.Time) {
	traceparent := regexp.MustCompile(`^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$`)
	traces := map[string][]string{}
	for _, topic := range schemas.Topics {
		for _, r := range c.log(topic) {
			micros, err := strconv.ParseInt(r.headers["observed-at"], 10, 64)
			if at := time.UnixMicro(micros); err != nil || at.Before(begin) || at.After(time.Now()) {
				t.Errorf("%s: %s was observed at %q, not between the start of the test and now", topic, r.key, r.headers["observed-at"])
			}
			trace := traceparent.FindStringSubmatch(r.headers["traceparent"])
			if trace == nil {
				t.Errorf("%s: traceparent of %s is %q", topic, r.key, r.headers["traceparent"])
				continue
			}
			traces[topic] = append(traces[topic], trace[1])
		}
	}
	last := traces[schemas.CostMapsTopic][len(traces[schemas.CostMapsTopic])-1]
	if !slices.Contains(traces[schemas.RawTopologyTopic], last) {
		t.Errorf("the trace %s of the last cost map is that of no record of raw-topology", last)
	}
}

// checkSchemas asks the registry for the schema of each value.
func checkSchemas(t *testing.T, c *chain) {
	for _, topic := range schemas.Topics {
		var registered struct {
			ID     int    `json:"id"`
			Schema string `json:"schema"`
		}
		fetchJSON(t, c.clients.SchemaRegistryURL+"/subjects/"+topic+"-value/versions/latest", &registered)
		text, _ := schemas.Of(topic)
		var want, got any
		if json.Unmarshal([]byte(text), &want) != nil || json.Unmarshal([]byte(registered.Schema), &got) != nil {
			t.Errorf("%s: schema is no JSON: %s", topic, registered.Schema)
		}
		if err := differ("registered schema of "+topic, want, got); err != nil {
			t.Error(err)
		}
		for _, r := range c.log(topic) {
			if r.err != nil {
				t.Errorf("%s: %s: %v", topic, r.key, r.err)
			}
			if r.raw != nil && (len(r.raw) < 5 || r.raw[0] != 0 || int(binary.BigEndian.Uint32(r.raw[1:])) != registered.ID) {
				t.Errorf("%s: %s begins with %x, want 00 and the schema id %d", topic, r.key, r.raw[:min(5, len(r.raw))], registered.ID)
			}
		}
	}
}

func fetchJSON(t *testing.T, url string, v any) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", response.StatusCode, strings.TrimSpace(string(text)))
	}
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}
