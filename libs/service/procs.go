package service

import (
	"os"
	"runtime"

	"github.com/altostream/altostream/libs/parallel"
)

// spareProcs is how many goroutines of a process may wait inside librdkafka at once.
const spareProcs = 30

// RaiseProcs lets Go run as many threads beside its usual ones as may wait inside
// librdkafka. A goroutine in a C call keeps its processor (P) until the runtime's
// monitor takes it away, up to 10 ms later on an idle system; with as few Ps as a
// small machine has cores, a record that arrives would wait that long. GOMAXPROCS in
// the environment is left as it is.
func RaiseProcs() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(parallel.Processors + spareProcs)
	}
}
