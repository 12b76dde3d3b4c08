package alto

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/altostream/altostream/schemas"
)

// vectors are the test vectors of docs/consumers.md. They were computed outside Go.
type vectors struct {
	Names    map[string]string `json:"names"`
	CostMaps []struct {
		CostMap CostMap `json:"cost_map"`
		Digest  string  `json:"digest"`
	} `json:"cost_maps"`
	NetworkMaps []struct {
		NetworkMap map[string]struct{ IPv4, IPv6, Members []string } `json:"network_map"`
		Digest     string                                            `json:"digest"`
	} `json:"network_maps"`
}

func TestDigests(t *testing.T) {
	text, err := os.ReadFile("testdata/digest.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	wantDigest := func(what, want string, sum uint64) {
		if got := DigestText(sum); got != want {
			t.Errorf("%s: got %s, want %s", what, got, want)
		}
	}
	for name, want := range v.Names {
		wantDigest(strconv.Quote(name), want, HashName(name))
	}
	for _, m := range v.CostMaps {
		var sum uint64
		for from, row := range m.CostMap {
			sum += HashRow(HashName(from))
			for to, cost := range row {
				sum += HashCost(HashName(from), HashName(to), cost)
			}
		}
		wantDigest("cost map", m.Digest, sum)
	}
	for _, m := range v.NetworkMaps {
		network := NetworkMap{}
		for pid, g := range m.NetworkMap {
			network[pid] = schemas.EndpointAddressGroup{IPv4: g.IPv4, IPv6: g.IPv6, Members: g.Members}
		}
		if got := Tag(network); got != m.Digest {
			t.Errorf("network map: got %s, want %s", got, m.Digest)
		}
	}
	if len(v.Names) == 0 || len(v.CostMaps) == 0 || len(v.NetworkMaps) == 0 {
		t.Error("there are no vectors")
	}
}
