// Command lab runs the whole chain in one process, with an embedded broker and
// routers on loopback.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/lab"
)

func main() {
	service.RaiseProcs()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := run(ctx)
	var wrong *service.ConfigError
	switch {
	case err == nil, ctx.Err() != nil:
		return
	case errors.As(err, &wrong):
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "lab:", err)
	os.Exit(1)
}

func run(ctx context.Context) error {
	var config lab.Config
	if err := service.Load(&config); err != nil {
		return err
	}
	var common service.Config
	if err := service.Load(&common, quiet); err != nil {
		return err
	}
	l, err := lab.Start(ctx, config, common, os.Stdout, os.Stderr)
	if err != nil {
		return err
	}
	defer l.Close()
	return l.Run(ctx)
}

// quiet keeps the services' log lines off the screen unless they are asked for.
func quiet(c *service.Config) {
	if _, set := os.LookupEnv("LOG_LEVEL"); !set {
		c.LogLevel = slog.LevelWarn
	}
}
