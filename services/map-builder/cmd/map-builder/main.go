// Command map-builder keeps the ALTO network maps in the topic network_maps.
package main

import (
	"github.com/altostream/altostream/libs/service"
	mapbuilder "github.com/altostream/altostream/services/map-builder"
)

func main() {
	service.Main("map-builder", "keeps the ALTO network maps in the topic network_maps", ":9102", mapbuilder.Run)
}
