// Command correlator keeps the properties of compute resources and their places in
// the network in the topic endpoint-properties.
package main

import (
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/correlator"
)

func main() {
	service.Main("correlator", "keeps the properties of compute resources and their places in the network in the topic endpoint-properties", ":9105", correlator.Run)
}
