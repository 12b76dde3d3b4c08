// Command altoctl shows people what is on altostream's topics.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/altostream/altostream/services/altoctl"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	status := altoctl.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
