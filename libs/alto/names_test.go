package alto

import (
	"strings"
	"testing"
)

func TestResourceIDs(t *testing.T) {
	tests := []struct{ name, got, want string }{
		{"network map", NetworkMapID("default"), "networkmap-default"},
		{"numerical cost map", CostMapID("default", "routingcost", Numerical), "costmap-default-routingcost"},
		{"ordinal cost map", CostMapID("default", "hopcount", Ordinal), "costmap-default-hopcount-ordinal"},
		{"OSPF router", PIDName(100, "01010101"), "pid100:01010101"},
		{"IS-IS router without ASN", PIDName(0, "000000000002"), "pid0:000000000002"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}
}

func TestNames(t *testing.T) {
	const alphabet = "AZaz09.-:@_"
	tests := []struct {
		name  string
		check func(string) error
		text  string
		want  string // part of the error, "" for none
	}{
		{"PID of a router", ValidPID, PIDName(4294967295, "0102030405060708"), ""},
		{"default PID", ValidPID, DefaultPID, ""},
		{"PID of the whole alphabet", ValidPID, alphabet, ""},
		{"longest PID", ValidPID, strings.Repeat("p", 64), ""},
		{"empty PID", ValidPID, "", "is empty"},
		{"too long PID", ValidPID, strings.Repeat("p", 65), "at most 64"},
		{"PID with a space", ValidPID, "a b", "position 2"},
		{"PID with a letter beyond ASCII", ValidPID, "pidé", "position 4"},
		{"topology of the whole alphabet", ValidTopology, alphabet, ""},
		{"longest topology", ValidTopology, strings.Repeat("t", 35), ""},
		{"empty topology", ValidTopology, "", "is empty"},
		{"too long topology", ValidTopology, strings.Repeat("t", 36), "at most 35"},
		{"topology with a key separator", ValidTopology, "a|b", "position 2"},
		{"topology with a delta mark", ValidTopology, "a~1", "position 2"},
		{"topology with a line feed", ValidTopology, "a\n", "position 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantError(t, tt.check(tt.text), tt.want) })
	}
}

// TestLongestTopologies has the longest name of a topology with which all maps of a metric have
// valid resource ids.
func TestLongestTopologies(t *testing.T) {
	for _, test := range []struct {
		metric, mode string
		want         int
	}{
		{RoutingCost, Numerical, maxTopologyLength},
		{RoutingCost, Ordinal, maxTopologyLength},
		{ResidualBandwidth, Ordinal, maxTopologyLength},
		{AvailableBandwidth, Ordinal, maxTopologyLength},
		{DelayVariation, Ordinal, 32},
		{MaxReservableBandwidth, Ordinal, 33},
		{MaxReservableBandwidth + IPv6, Numerical, maxTopologyLength},
		{RoutingCost + IPv6, Ordinal, 31},
		{DelayVariation + IPv6, Ordinal, 27},
	} {
		longest := 0
		for n := range maxTopologyLength + 1 {
			if ValidResourceID(CostMapID(strings.Repeat("t", n), test.metric, test.mode)) == nil {
				longest = n
			}
		}
		if longest != test.want {
			t.Errorf("%s, %s: got %d, want %d", test.metric, test.mode, longest, test.want)
		}
	}
}

func TestUnits(t *testing.T) {
	for metric, want := range map[string]string{
		RoutingCost: "", HopCount: "links", DelayOneWay + Maximum: "µs", LossRate: "percent", MaxReservableBandwidth: "bytes/s", "other": "",
	} {
		if got := Unit(metric); got != want {
			t.Errorf("%s: got %q, want %q", metric, got, want)
		}
	}
}

// wantError asks for an error that contains want, or for none if want is empty.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("got error %q, want none", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("got error %v, want one with %q", err, want)
	}
}

func TestTopologyOf(t *testing.T) {
	tests := []struct {
		id, want string
		ok       bool
	}{
		{NetworkMapID("default"), "default", true},
		{NetworkMapID("a-b"), "a-b", true},
		{CostMapID("default", "hopcount", Numerical), "", false},
	}
	for _, tt := range tests {
		if got, ok := TopologyOf(tt.id); ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s: got %q %v, want %q %v", tt.id, got, ok, tt.want, tt.ok)
		}
	}
}
