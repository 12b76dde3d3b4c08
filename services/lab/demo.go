package lab

import (
	"context"
	"time"

	"github.com/altostream/altostream/services/lab/router"
)

// demo fails two links of the seed's network, each after a pause, and brings them back:
// one that the traffic goes around, and the only one of the backbone.
func demo(ctx context.Context, network *router.Network, pause time.Duration) error {
	for _, link := range [][2]string{{"R1", "R3"}, {"R2", "R3"}} {
		for _, change := range []func(a, b string) error{network.FailLink, network.RestoreLink} {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(pause):
			}
			if err := change(link[0], link[1]); err != nil {
				return err
			}
		}
	}
	return nil
}
