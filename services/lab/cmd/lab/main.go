// Command lab runs the whole chain in one process, with an embedded broker and
// routers on loopback.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/lab"
)

func main() {
	service.RaiseProcs()
	program := service.Program{
		Name:           "lab",
		About:          "runs the whole chain in one process, with an embedded broker and routers on loopback",
		Configurations: lab.Configurations(),
	}
	program.Main(run)
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
