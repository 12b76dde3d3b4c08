package lab

import (
	"context"
	"time"

	"github.com/altostream/altostream/services/lab/router"
)

// demo lets things happen, each after a pause: a link fails that the traffic goes around, and comes back; a
// site fills up, and has room again; the only link of the backbone fails, and comes back.
func demo(ctx context.Context, network *router.Network, hosts *load, news func(string), pause time.Duration) error {
	const bilbao = "compute6"
	for _, event := range []func() error{
		func() error { return network.FailLink("R1", "R3") },
		func() error { return network.RestoreLink("R1", "R3") },
		func() error {
			news("bilbao fills up")
			return hosts.fill(bilbao)
		},
		func() error {
			news("bilbao has room again")
			return hosts.drain(bilbao)
		},
		func() error { return network.FailLink("R2", "R3") },
		func() error { return network.RestoreLink("R2", "R3") },
	} {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		if err := event(); err != nil {
			return err
		}
	}
	return nil
}
