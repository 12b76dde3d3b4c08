package router

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/bgpls"
)

// TestControl has a collector at the uplinks, and changes links over HTTP.
func TestControl(t *testing.T) {
	collectorAddress := netip.MustParseAddr("127.0.0.1")
	n, err := Start(t.Context(), Seed(), Config{
		First: netip.MustParseAddr("127.0.0.11"), Collector: Collector{ASN: asn},
		Uplinks: []Uplink{{netip.MustParseAddr("127.0.0.92"), collectorAddress}, {netip.MustParseAddr("127.0.0.93"), collectorAddress}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	peers := n.Peers()
	if peers[0].Address.Addr().String() != "127.0.0.92" || peers[1].Address.Addr().String() != "127.0.0.93" {
		t.Fatalf("peers %v", peers)
	}
	c := newCollector(t, asn, peers)
	links := func(want int) func(*told) bool {
		return func(s *told) bool { return s.count()[bgpls.LinkNLRI] == want }
	}
	c.await("all links", peers, links(8))
	control := n.Control()
	for _, test := range []struct {
		order  string
		status int
		answer string
		links  int
	}{
		{"/links/fail?from=R2&to=R3", http.StatusOK, "ok", 6},
		{"/links/metric?from=R2&to=R3&metric=30", http.StatusOK, "ok", 6},
		{"/links/restore?from=R3&to=R2", http.StatusOK, "ok", 8},
		{"/links/fail?from=R1&to=R5", http.StatusBadRequest, "has no link R1-R5", 8},
		{"/links/metric?from=R2&to=R3&metric=x", http.StatusBadRequest, "metric=x is not a number", 8},
	} {
		answer := httptest.NewRecorder()
		control.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, test.order, nil))
		if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.answer) {
			t.Errorf("%s: %d %s", test.order, answer.Code, answer.Body)
		}
		c.await(test.order, peers, links(test.links))
	}
}
