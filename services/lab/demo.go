package lab

import (
	"context"
	"time"

	"github.com/altostream/altostream/services/lab/router"
)

// The link that the demo fails.
const demoFrom, demoTo = "R2", "R3"

// demo fails a link of the network after a pause, and brings it back after another.
func demo(ctx context.Context, network *router.Network, pause time.Duration, say func(format string, args ...any)) error {
	for _, step := range []struct {
		change func(a, b string) error
		text   string
	}{
		{network.FailLink, "── link %s–%s fails ──"},
		{network.RestoreLink, "── link %s–%s is back ──"},
	} {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		say(step.text, demoFrom, demoTo)
		if err := step.change(demoFrom, demoTo); err != nil {
			return err
		}
	}
	return nil
}
