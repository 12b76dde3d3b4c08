// Command compute-ingest reads compute resources from files and URLs and keeps the
// topic compute_resources.
package main

import (
	"github.com/altostream/altostream/libs/service"
	computeingest "github.com/altostream/altostream/services/compute-ingest"
)

func main() {
	service.Main("compute-ingest", "reads compute resources from files and URLs and keeps the topic compute_resources", ":9104", computeingest.Run)
}
