// Command altostream is altoctl and the five services in one file, which takes a sixth of the disk.
// Which of them it is says the name that it is called by, a link to it, or else its first argument.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/altoctl"
	bgpingest "github.com/altostream/altostream/services/bgp-ingest"
	computeingest "github.com/altostream/altostream/services/compute-ingest"
	"github.com/altostream/altostream/services/correlator"
	costbuilder "github.com/altostream/altostream/services/cost-builder"
	mapbuilder "github.com/altostream/altostream/services/map-builder"
)

var programs = map[string]func(){
	"altoctl": tool,
	"bgp-ingest": func() {
		service.Main("bgp-ingest", "listens to BGP-LS speakers and keeps the topic raw-topology", ":9101", bgpingest.Run)
	},
	"map-builder": func() {
		service.Main("map-builder", "keeps the ALTO network maps in the topic network_maps", ":9102", mapbuilder.Run)
	},
	"cost-builder": func() {
		service.Main("cost-builder", "keeps the ALTO cost maps in the topic cost_maps", ":9103", costbuilder.Run)
	},
	"compute-ingest": func() {
		service.Main("compute-ingest", "reads compute resources from files and URLs and keeps the topic compute_resources", ":9104", computeingest.Run)
	},
	"correlator": func() {
		service.Main("correlator", "keeps the properties of compute resources and their places in the network in the topic endpoint-properties", ":9105", correlator.Run)
	},
}

func main() {
	name := filepath.Base(os.Args[0])
	if programs[name] == nil && len(os.Args) > 1 {
		os.Args = os.Args[1:]
		name = os.Args[0]
	}
	run := programs[name]
	if run == nil {
		fmt.Fprintf(os.Stderr, "altostream: which program? It is called by a link of its name, or altostream <program>: %s\n",
			strings.Join(slices.Sorted(maps.Keys(programs)), ", "))
		os.Exit(2)
	}
	run()
}

func tool() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	status := altoctl.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
