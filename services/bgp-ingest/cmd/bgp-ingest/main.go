// Command bgp-ingest listens to BGP-LS speakers and keeps the topic raw-topology.
package main

import (
	bgpingest "github.com/altostream/altostream/services/bgp-ingest"

	"github.com/altostream/altostream/libs/service"
)

func main() {
	service.Main("bgp-ingest", "listens to BGP-LS speakers and keeps the topic raw-topology", ":9101", bgpingest.Run)
}
