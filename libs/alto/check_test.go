package alto

import (
	"math"
	"testing"
)

func TestCheckNetworkMap(t *testing.T) {
	whole := v4("0.0.0.0/0")
	tests := []struct {
		name string
		m    NetworkMap
		want string // part of the error, "" for none
	}{
		{"empty", nil, ""},
		{"PIDs without prefixes", NetworkMap{"a": {}, "b": {}}, ""},
		{"nested prefixes", NetworkMap{"a": v4("10.0.0.0/8"), "b": v4("10.1.0.0/16"), DefaultPID: whole}, ""},
		{"whole space in a router's PID", NetworkMap{"a": v4("10.0.0.0/8", "0.0.0.0/0")}, ""},
		{"prefix twice in one PID", NetworkMap{"a": v4("10.0.0.0/8", "10.0.0.0/8"), DefaultPID: whole}, ""},
		{"prefix in two PIDs", NetworkMap{"a": v4("10.0.0.0/8"), "b": v4("10.0.0.0/8"), DefaultPID: whole},
			"prefix 10.0.0.0/8 is in PID a and in PID b"},
		{"prefix with host bits in two PIDs", NetworkMap{"a": v4("10.0.0.1/8"), "b": v4("10.0.0.2/8"), DefaultPID: whole},
			"prefix 10.0.0.0/8 is in PID a and in PID b"},
		{"IPv4 space not covered", NetworkMap{"a": v4("10.0.0.0/8")}, "no PID holds 0.0.0.0/0"},
		{"IPv6 space not covered", NetworkMap{"a": {IPv6: []string{"fd00::/8"}}, DefaultPID: whole}, "no PID holds ::/0"},
		{"no prefix", NetworkMap{"a": v4("10.0.0.0")}, "PID a"},
		{"IPv6 prefix among IPv4", NetworkMap{"a": v4("fd00::/8")}, "other address family"},
		{"IPv4 prefix among IPv6", NetworkMap{"a": {IPv6: []string{"10.0.0.0/8"}}}, "other address family"},
		{"no PID name", NetworkMap{"a|b": {}}, "PID name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantError(t, CheckNetworkMap(tt.m), tt.want) })
	}
}

func TestCheckCostMap(t *testing.T) {
	m := NetworkMap{"a": {}, "b": {}}
	tests := []struct {
		name string
		c    CostMap
		want string // part of the error, "" for none
	}{
		{"full", CostMap{"a": {"a": 0, "b": 1.5}, "b": {"a": 2, "b": 0}}, ""},
		{"unreachable pair", CostMap{"a": {"a": 0}, "b": {"a": 2, "b": 0}}, ""},
		{"no row", CostMap{"a": {"a": 0}}, "no costs from PID b"},
		{"no diagonal", CostMap{"a": {"a": 0}, "b": {}}, "from PID b to itself"},
		{"diagonal not 0", CostMap{"a": {"a": 1}, "b": {"b": 0}}, "from PID a to itself"},
		{"unknown source", CostMap{"a": {"a": 0}, "b": {"b": 0}, "c": {"c": 0}}, "source PID c"},
		{"unknown destination", CostMap{"a": {"a": 0, "c": 1}, "b": {"b": 0}}, "destination PID c"},
		{"negative", CostMap{"a": {"a": 0, "b": -1}, "b": {"b": 0}}, "from PID a to PID b is -1"},
		{"not a number", CostMap{"a": {"a": 0, "b": math.NaN()}, "b": {"b": 0}}, "is NaN"},
		{"infinite", CostMap{"a": {"a": 0, "b": math.Inf(1)}, "b": {"b": 0}}, "is +Inf"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantError(t, CheckCostMap(tt.c, m), tt.want) })
	}
}
