package e2e

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/altostream/altostream/libs/rank"
	"github.com/altostream/altostream/libs/tables"
	"github.com/altostream/altostream/schemas"
)

// TestAProviderEdgeFails cuts off one of the two routers that a site hangs on: it is reached by the other one, at any
// moment in between by one of them, and stays placed.
func TestAProviderEdgeFails(t *testing.T) {
	t.Parallel()
	const site, entity, first, second = "bilbao", "ipv4:192.168.13.10", "pid100:01010101", "pid100:03030303"
	c := newChain(t, 3)
	c.start(chainOrder...)
	c.endpointIs(entity, first, second)
	c.costsAre(routingID, allLinks)

	var mu sync.Mutex
	var at string // where the site is reached
	var gap error
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		query := rank.Query{From: "pid100:04040404"}
		ended <- tables.WatchRanking(ctx, c.clients, query, func(a *rank.Answer, err error) error {
			mu.Lock()
			defer mu.Unlock()
			was := at
			at = ""
			if err == nil {
				for _, s := range a.Sites {
					if s.Name == site {
						at = s.Hosts[0].PID
					}
				}
			}
			if was != "" && at == "" {
				gap = fmt.Errorf("it is not reached: %v, %+v", err, a)
			}
			return nil
		}, func(string, error) {}, nil)
	}()
	reachedAt := func(want string) {
		t.Helper()
		await(t, func() error {
			mu.Lock()
			defer mu.Unlock()
			return differ("where "+site+" is reached", want, at)
		})
	}
	reachedAt(first) // as near as the other, and first by name
	if err := errors.Join(c.network.FailLink("R1", "R2"), c.network.FailLink("R1", "R3")); err != nil {
		t.Fatal(err)
	}
	reachedAt(second)
	if err := errors.Join(c.network.RestoreLink("R1", "R2"), c.network.RestoreLink("R1", "R3")); err != nil {
		t.Fatal(err)
	}
	reachedAt(first)
	cancel()
	<-ended
	if gap != nil {
		t.Error(gap)
	}
	placed := false
	for _, r := range c.log(schemas.EndpointPropertiesTopic) {
		e, ok := r.value.(*schemas.EndpointProperties)
		if r.key != entity {
			continue
		}
		if placed && (!ok || !e.Placed) {
			t.Errorf("%s is placed, and then %+v", entity, e)
		}
		placed = placed || ok && e.Placed
	}
}
