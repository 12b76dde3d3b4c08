// Command routers runs R2 and R3 of the seed's network alone, for a bgp-ingest that is
// elsewhere. Links change over HTTP; see router.Network.Control.
package main

import (
	"context"
	"net/netip"
	"strconv"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/lab/router"
)

// config is the configuration of the program.
type config struct {
	service.Config
	Addresses  []netip.Addr `envconfig:"ROUTERS_ADDRESSES" required:"true" example:"10.8.2.2,10.8.3.3" desc:"addresses of R2 and R3"`
	Collectors []netip.Addr `envconfig:"ROUTERS_COLLECTORS" required:"true" example:"10.8.2.9,10.8.3.9" desc:"addresses of the collectors of R2 and R3"`
	Port       uint16       `envconfig:"ROUTERS_PORT" default:"1790" example:"1790" desc:"BGP port of all routers"`
	ASN        uint32       `envconfig:"ROUTERS_COLLECTOR_ASN" default:"100" example:"100" desc:"AS number of the collector"`
}

// Validate reports the first wrong value, naming its variable.
func (c *config) Validate() error {
	for variable, addresses := range map[string][]netip.Addr{"ROUTERS_ADDRESSES": c.Addresses, "ROUTERS_COLLECTORS": c.Collectors} {
		if len(addresses) != 2 {
			return service.Wrong(variable, strconv.Itoa(len(addresses)), "addresses are not one for R2 and one for R3", "10.8.2.2,10.8.3.3")
		}
	}
	return c.Config.Validate()
}

func main() {
	service.Main("routers", "speaks BGP as the lab's five routers do, for a bgp-ingest that is elsewhere", ":9106", run)
}

func run(ctx context.Context, c config, rt *service.Runtime) error {
	cfg := router.Config{
		Port: c.Port, Collector: router.Collector{ASN: c.ASN}, Log: rt.Log,
	}
	for i, address := range c.Addresses {
		cfg.Uplinks = append(cfg.Uplinks, router.Uplink{Address: address, Collector: c.Collectors[i]})
	}
	network, err := router.Start(ctx, router.Seed(), cfg)
	if err != nil {
		return err
	}
	defer network.Close()
	network.Serve(rt)
	<-ctx.Done()
	return ctx.Err()
}
