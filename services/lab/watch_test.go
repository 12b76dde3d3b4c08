package lab

import (
	"io"
	"testing"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/tables"
)

// TestWatchMaps follows cost maps with their network maps while a link fails: they fit each other
// at any moment.
func TestWatchMaps(t *testing.T) {
	t.Parallel()
	const id, r2, r3 = "costmap-default-routingcost", "pid100:02020202", "pid100:03030303"
	l := startLabOn(t, Config{Routers: routersSeed}, io.Discard)
	failed := false
	err := tables.WatchMaps(t.Context(), l.Clients(), func(m tables.Maps) error {
		for id, p := range m.Pairs {
			if p.Network.Meta.VTag != p.Costs.Meta.DependentVTags[0] {
				t.Errorf("%s is for %v and comes with %v", id, p.Costs.Meta.DependentVTags, p.Network.Meta.VTag)
			}
		}
		p, ok := m.Pairs[id]
		if !ok {
			return nil
		}
		switch cost, _ := p.Costs.Cost(r2, r3); {
		case cost == 10 && !failed:
			failed = true
			return l.routers.network.FailLink("R2", "R3")
		case cost > 10 && failed:
			return stream.ErrStop
		}
		return nil
	}, func(key string, err error) { t.Errorf("%s: %v", key, err) })
	if err != nil {
		t.Error(err)
	}
}
