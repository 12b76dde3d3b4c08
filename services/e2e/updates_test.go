package e2e

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/schemas"
)

// The routers of TestMalformedUpdates: two that are told well, one of which nothing
// but garbage is told, and one that is told last.
const (
	left, right = "7.7.7.1", "7.7.7.2"
	broken      = "184.71.46.29"
	last        = "7.7.7.9"
)

// TestMalformedUpdates says all kinds of malformed things in a valid session: they cost
// themselves, are counted, and neither the session nor anything else.
func TestMalformedUpdates(t *testing.T) {
	t.Parallel()
	good := [][]byte{
		announce(nil, nodeNLRI(left)), announce(nil, nodeNLRI(right)),
		announce(igpMetric(7), linkNLRI(left, right)), announce(igpMetric(9), linkNLRI(right, left)),
		announce(nil, prefixNLRI(left, "10.7.1.0/24")), announce(nil, prefixNLRI(right, "10.7.2.0/24")),
	}
	s := startSpeaker(t, "127.0.0.23", asn, func() [][]byte { return append(good, endOfRIB()) })
	clients := startBroker(t, 1)
	c := &chain{t: t, topics: followTopics(t, clients), clients: clients, processes: map[string]*process{}}
	c.env = map[string][]string{"bgp-ingest": {"BGP_PEERS=" + s.peer(), "BGP_ASN=100", "BGP_LISTEN=127.0.0.1:0"}}
	c.start("bgp-ingest", "map-builder", "cost-builder")
	l, r := "pid100:07070701", "pid100:07070702"
	c.costsAre(routingID, costs{l: {l: 0, r: 7}, r: {r: 0, l: 9}, defaultPID: {defaultPID: 0}})

	random := rand.New(rand.NewPCG(2, 3))
	malformed := malformedUpdates()
	for range 2000 {
		malformed = append(malformed, randomUpdate(random), mutated(random, announce(igpMetric(1), linkNLRI(broken, broken))))
	}
	s.say(malformed...)
	s.say(announce(nil, nodeNLRI(last)), announce(nil, prefixNLRI(last, "10.7.9.0/24")))
	n := "pid100:07070709"
	await(t, func() error {
		m, err := value[schemas.NetworkMap](c.topics, schemas.NetworkMapsTopic, networkMapID)
		if err != nil {
			return err
		}
		told := alto.NetworkMap{l: m.NetworkMap[l], r: m.NetworkMap[r], n: m.NetworkMap[n]}
		return differ("network map", alto.NetworkMap{l: ipv4("10.7.1.0/24"), r: ipv4("10.7.2.0/24"), n: ipv4("10.7.9.0/24")}, told)
	})
	await(t, func() error {
		m, err := value[schemas.CostMap](c.topics, schemas.CostMapsTopic, routingID)
		if err != nil {
			return err
		}
		return differ("costs", costs{l: {l: 0, r: 7}, r: {r: 0, l: 9}, n: {n: 0}}, costs{l: m.CostMap[l], r: m.CostMap[r], n: m.CostMap[n]})
	})
	if sessions := s.count(); sessions != 1 {
		t.Errorf("there were %d sessions, want the first one still", sessions)
	}
	if bad := c.processes["bgp-ingest"].counter("altostream_bgp_bad_input_total"); bad < 1000 {
		t.Errorf("bgp_bad_input is %v, want more than 1000 of %d malformed updates", bad, len(malformed))
	}
	c.processes["bgp-ingest"].line(`level=WARN msg="input put aside" .*source=bgp:127\.0\.0\.23 .*cannot decode`)
	checkEveryMap(t, c.topics)
}

// malformedUpdates are updates of which each has something wrong with it.
func malformedUpdates() [][]byte {
	link := linkNLRI(broken, left)
	whole := announce(igpMetric(1), link)
	overrun := append([]byte(nil), whole...)
	binary.BigEndian.PutUint16(overrun[2:], uint16(len(whole))) // length of the path attributes
	longTLV := append([]byte(nil), whole...)
	binary.BigEndian.PutUint16(longTLV[len(longTLV)-4:], 4000) // length of the IGP metric, the last TLV
	unknownType := append([]byte(nil), whole...)
	copy(unknownType[4+4+3+1+4+1:], []byte{0xff, 0x99}) // NLRI type
	longNLRI := append([]byte(nil), whole...)
	binary.BigEndian.PutUint16(longNLRI[4+4+3+1+4+1+2:], 4000) // NLRI length
	return [][]byte{
		{}, {0}, {0, 0}, {0, 0, 0}, {0xff, 0xff, 0xff, 0xff}, {0, 0, 0, 3, 0x80, 29, 0},
		overrun, longTLV, unknownType, longNLRI, whole[:len(whole)/2],
		announce(nil, prefixNLRI(broken, "0.0.0.0/0")),
		announce(nil, bgpls.NLRI{Type: bgpls.NodeNLRI, Protocol: 250, Identifier: 1 << 63, Local: &bgpls.NodeDescriptor{}}),
	}
}

// randomUpdate is random bytes, half of them within a frame of path attributes.
func randomUpdate(random *rand.Rand) []byte {
	b := make([]byte, random.IntN(300))
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	if len(b) < 12 || random.IntN(2) == 0 {
		return b
	}
	binary.BigEndian.PutUint16(b, 0)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-4))
	b[4], b[5] = 0x90, []byte{14, 15, 29}[random.IntN(3)]
	binary.BigEndian.PutUint16(b[6:], uint16(len(b)-8))
	if b[5] != 29 {
		binary.BigEndian.PutUint16(b[8:], bgpls.AFI)
		b[10] = bgpls.SAFI
	}
	return b
}

// mutated is an update with up to four bytes changed.
func mutated(random *rand.Rand, body []byte) []byte {
	for range 1 + random.IntN(4) {
		body[random.IntN(len(body))] = byte(random.Uint32())
	}
	return body
}

// counter returns the sum of a counter over its labels.
func (p *process) counter(name string) (sum float64) {
	p.t.Helper()
	_, body, err := p.page("/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^`+name+`(?:\{.*\})? (\S+)$`).FindAllStringSubmatch(body, -1) {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			p.t.Fatalf("%s of %s: %v", name, p.name, err)
		}
		sum += n
	}
	return sum
}

// checkEveryMap checks every map ever written, each cost map against the network map
// that it depends on.
func checkEveryMap(t testing.TB, s *topics) {
	t.Helper()
	byTag := map[string]alto.NetworkMap{}
	for i, r := range s.log(schemas.NetworkMapsTopic) {
		m, ok := r.value.(*schemas.NetworkMap)
		if !ok {
			continue
		}
		byTag[m.Meta.VTag.Tag] = m.NetworkMap
		if err := alto.CheckNetworkMap(m.NetworkMap); err != nil {
			t.Errorf("network map %d: %v", i, err)
		}
	}
	for i, r := range s.log(schemas.CostMapsTopic) {
		m, ok := r.value.(*schemas.CostMap)
		if !ok {
			continue
		}
		err := fmt.Errorf("depends on a network map that never was: %v", m.Meta.DependentVTags)
		if networkMap, ok := byTag[m.Meta.DependentVTags[0].Tag]; ok {
			err = alto.CheckCostMap(m.CostMap, networkMap)
		}
		if err != nil {
			t.Errorf("cost map %d, %s: %v", i, r.key, err)
		}
	}
}
