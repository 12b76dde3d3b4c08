package e2e

import (
	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// The PIDs of the seed's network.
const (
	r1 = "pid100:01010101"
	r2 = "pid100:02020202"
	r3 = "pid100:03030303"
	r4 = "pid100:04040404"
	r5 = "pid100:05050505"

	defaultPID = "default"

	networkMapID = "networkmap-default"
	routingID    = "costmap-default-routingcost"
	hopCountID   = "costmap-default-hopcount"
)

type costs = alto.CostMap

func ipv4(prefixes ...string) schemas.EndpointAddressGroup {
	return schemas.EndpointAddressGroup{IPv4: prefixes}
}

// seedNetworkMap is the network map while no prefix is withdrawn.
func seedNetworkMap() alto.NetworkMap {
	return alto.NetworkMap{
		r1:         ipv4("192.168.12.0/24", "192.168.13.0/24"),
		r2:         ipv4("192.168.23.0/24", "192.168.24.0/24"),
		r3:         ipv4("192.168.35.0/24"),
		r4:         {},
		r5:         {},
		defaultPID: ipv4("0.0.0.0/0"),
	}
}

// Routing costs of the seed's network, 10 for each link. Without R2-R3, the only backbone
// link, R2 and R3 reach each other and what is behind by area 1, but do not pass that on
// to R4 and R5 (RFC 3509 §2.2).
var (
	allLinks = costs{
		r1:         {r1: 0, r2: 10, r3: 10, r4: 20, r5: 20},
		r2:         {r1: 10, r2: 0, r3: 10, r4: 10, r5: 20},
		r3:         {r1: 10, r2: 10, r3: 0, r4: 20, r5: 10},
		r4:         {r1: 20, r2: 10, r3: 20, r4: 0, r5: 30},
		r5:         {r1: 20, r2: 20, r3: 10, r4: 30, r5: 0},
		defaultPID: {defaultPID: 0},
	}
	withoutR2R3 = costs{
		r1:         {r1: 0, r2: 10, r3: 10, r4: 20, r5: 20},
		r2:         {r1: 10, r2: 0, r3: 20, r4: 10, r5: 30},
		r3:         {r1: 10, r2: 20, r3: 0, r4: 30, r5: 10},
		r4:         {r1: 20, r2: 10, r3: 30, r4: 0},
		r5:         {r1: 20, r2: 30, r3: 10, r5: 0},
		defaultPID: {defaultPID: 0},
	}
	hopCounts = costs{
		r1:         {r1: 0, r2: 1, r3: 1, r4: 2, r5: 2},
		r2:         {r1: 1, r2: 0, r3: 1, r4: 1, r5: 2},
		r3:         {r1: 1, r2: 1, r3: 0, r4: 2, r5: 1},
		r4:         {r1: 2, r2: 1, r3: 2, r4: 0, r5: 3},
		r5:         {r1: 2, r2: 2, r3: 1, r4: 3, r5: 0},
		defaultPID: {defaultPID: 0},
	}
)

// networkMapIs waits until the network map is this one.
func (c *chain) networkMapIs(want alto.NetworkMap) {
	c.t.Helper()
	await(c.t, func() error {
		m, err := value[schemas.NetworkMap](c.topics, schemas.NetworkMapsTopic, networkMapID)
		if err != nil {
			return err
		}
		return differ("network map", want, m.NetworkMap)
	})
}

// costsAre waits until a cost map is this one.
func (c *chain) costsAre(id string, want costs) {
	c.t.Helper()
	await(c.t, func() error {
		m, err := value[schemas.CostMap](c.topics, schemas.CostMapsTopic, id)
		if err != nil {
			return err
		}
		return differ("cost map "+id, want, m.CostMap)
	})
}
