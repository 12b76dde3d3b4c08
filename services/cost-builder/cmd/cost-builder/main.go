// Command cost-builder keeps the ALTO cost maps in the topic cost_maps.
package main

import (
	"github.com/altostream/altostream/libs/service"
	costbuilder "github.com/altostream/altostream/services/cost-builder"
)

func main() {
	service.Main("cost-builder", "keeps the ALTO cost maps in the topic cost_maps", ":9103", costbuilder.Run)
}
