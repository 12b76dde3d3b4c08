// Command altoctl shows people what is on altostream's topics.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/altoctl"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx))
}

func run(ctx context.Context) int {
	var config service.Config
	err := service.Load(&config)
	if err == nil {
		err = altoctl.Run(ctx, config, os.Args[1:], os.Stdout, os.Stderr)
	}
	var usage altoctl.Usage
	var wrong *service.ConfigError
	switch {
	case err == nil, ctx.Err() != nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprint(os.Stderr, err)
		return 2
	case errors.As(err, &wrong):
		fmt.Fprintf(os.Stderr, "altoctl: %v\n", err)
		return 2
	}
	fmt.Fprintf(os.Stderr, "altoctl: %v\n", err)
	if errors.Is(err, altoctl.ErrDiffers) {
		return 3
	}
	return 1
}
