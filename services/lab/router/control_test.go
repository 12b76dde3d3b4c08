package router

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
		{"/links/fail?from=R2&to=R3", http.StatusOK, "link R2–R3 fails\nR4 and R5 do not reach each other any more: R2–R3 was the only backbone link\n", 6},
		{"/links/metric?from=R2&to=R3&metric=30", http.StatusOK, "the metric from R2 to R3 is 30\n", 6},
		{"/links/restore?from=R3&to=R2", http.StatusOK, "link R2–R3 is back\nR4 and R5 reach each other again\n", 8},
		{"/links/fail?from=R1&to=R5", http.StatusBadRequest, "has no link R1–R5; it has R1–R2, R1–R3, R2–R3, R2–R4, R3–R5\n", 8},
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

func TestLinks(t *testing.T) {
	n := &Network{topology: after(t, "fail R2 R3", "metric R3 R5 300")}
	answer := httptest.NewRecorder()
	n.Control().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/links", nil))
	want := `R1–R2  area 1  metric    10 there    10 back  up
R1–R3  area 1  metric    10 there    10 back  up
R2–R3  area 0  metric    10 there    10 back  down
R2–R4  area 2  metric    10 there    10 back  up
R3–R5  area 3  metric   300 there    10 back  up
`
	if diff := cmp.Diff(want, answer.Body.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWords(t *testing.T) {
	for _, test := range []struct {
		pairs []Pair
		want  []string
	}{
		{nil, nil},
		{[]Pair{{"R4", "R5"}, {"R5", "R4"}}, []string{"R4 and R5 do not reach each other any more"}},
		{[]Pair{{"R4", "R5"}}, []string{"R4 does not reach R5 any more"}},
		{
			[]Pair{{"R1", "R4"}, {"R2", "R4"}, {"R4", "R1"}, {"R4", "R2"}},
			[]string{"R4 does not reach R1, R2 any more, nor they R4"},
		},
	} {
		if diff := cmp.Diff(test.want, less.describe(test.pairs)); diff != "" {
			t.Errorf("%v (-want +got)\n%s", test.pairs, diff)
		}
	}
}
