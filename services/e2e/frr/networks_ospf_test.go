package frr

// ospfNSSARanges has an NSSA in which two routers tell what is outside, ranges of it and of what they tell, and border routers that
// translate it or do not.
var ospfNSSARanges = spec{
	name:    "ospf-nssa-range",
	routers: 8, exporters: []int{2, 3},
	links: []link{
		{routers: []int{1, 2, 3}, lan: true, area: "0", metric: 10},
		{routers: []int{2, 4}, area: "4", metric: 10},
		{routers: []int{3, 4}, area: "4", metric: 15},
		{routers: []int{4, 5}, area: "4", metric: 10},
		{routers: []int{3, 8}, area: "4", metric: 40},
		{routers: []int{1, 6}, area: "1", metric: 10},
		{routers: []int{2, 7}, area: "1", metric: 10},
		{routers: []int{2, 6}, area: "1", metric: 10},
		{routers: []int{5, 8}, area: "4", metric: 10},
	},
	externals: map[int][]string{5: {"203.0.113.0/24", "203.0.114.0/24"}, 8: {"203.0.115.0/24", "203.0.116.0/24"}},
	more: map[int]map[string]string{
		2: {"ospfd": "router ospf\n area 4 nssa\n"},
		3: {"ospfd": "router ospf\n area 4 nssa\n"},
		4: {"ospfd": "router ospf\n area 4 nssa\n"},
		5: {"ospfd": "router ospf\n area 4 nssa\n redistribute kernel metric 20\n"},
		8: {"ospfd": "router ospf\n area 4 nssa\n redistribute kernel metric 30 metric-type 1\n"},
	},
	toggles: []toggle{
		{3, []string{"router ospf", "area 4 range 10.255.4.0/23"}, []string{"router ospf", "no area 4 range 10.255.4.0/23"}},
		{2, []string{"router ospf", "area 4 nssa translate-always"}, []string{"router ospf", "area 4 nssa translate-candidate"}},
		{3, []string{"router ospf", "area 4 range 203.0.116.0/23"}, []string{"router ospf", "no area 4 range 203.0.116.0/23"}},
		{3, []string{"router ospf", "area 4 nssa translate-never"}, []string{"router ospf", "area 4 nssa translate-candidate"}},
		{5, []string{"router ospf", "redistribute kernel metric 20 metric-type 1"}, []string{"router ospf", "redistribute kernel metric 20 metric-type 2"}},
		{2, []string{"router ospf", "area 4 nssa no-summary"}, []string{"router ospf", "no area 4 nssa no-summary", "area 4 nssa"}},
	},
}

// byPrefix has a route map that gives external prefixes metrics and types of their own.
const byPrefix = "ip prefix-list P113 seq 5 permit 203.0.113.0/24\nip prefix-list P114 seq 5 permit 203.0.114.0/24\n" +
	"route-map EXT permit 10\n match ip address prefix-list P113\n set metric 50\n set metric-type type-1\n" +
	"route-map EXT permit 20\n match ip address prefix-list P114\n set metric 5\n set metric-type type-2\n" +
	"route-map EXT permit 30\n set metric 7\n"

// ospfOutside has prefixes from outside of several types at several routers, some of them over another router on a
// LAN, which then is the forwarding address.
var ospfOutside = spec{
	name:    "ospf-outside",
	routers: 8, exporters: []int{1, 3},
	links: []link{
		{routers: []int{1, 2, 3}, lan: true, area: "0", metric: 10},
		{routers: []int{2, 4}, area: "1", metric: 10},
		{routers: []int{3, 4}, area: "1", metric: 20},
		{routers: []int{4, 5, 6}, lan: true, area: "1", metric: 10},
		{routers: []int{3, 7}, area: "2", metric: 10},
		{routers: []int{5, 7}, area: "1", metric: 50},
		{routers: []int{1, 8}, area: "2", metric: 5},
	},
	externals: map[int][]string{
		1: {"203.0.113.0/24 via 10.1.1.3"}, 3: {"203.0.113.0/24"},
		4: {"203.0.114.0/24 via 10.1.4.6", "203.0.115.0/24 via 10.1.4.5"}, 5: {"203.0.115.0/24"}, 6: {"203.0.114.0/24"},
		7: {"203.0.113.0/24", "203.0.114.0/24", "203.0.115.0/24"},
		8: {"203.0.113.0/24", "203.0.114.0/24", "203.0.116.0/24"},
	},
	more: map[int]map[string]string{
		1: {"ospfd": "router ospf\n redistribute kernel metric 20\n"},
		4: {"ospfd": "router ospf\n redistribute kernel metric 10 metric-type 1\n"},
		7: {"ospfd": byPrefix + "router ospf\n redistribute kernel route-map EXT\n"},
		8: {"ospfd": byPrefix + "router ospf\n"},
	},
	toggles: []toggle{
		{8, []string{"router ospf", "redistribute kernel route-map EXT"}, []string{"router ospf", "no redistribute kernel route-map EXT"}},
		{1, []string{"router ospf", "redistribute kernel metric 60 metric-type 1"}, []string{"router ospf", "redistribute kernel metric 20 metric-type 2"}},
		{7, []string{"router ospf", "summary-address 203.0.114.0/23"}, []string{"router ospf", "no summary-address 203.0.114.0/23"}},
		{4, []string{"router ospf", "redistribute kernel metric 5 metric-type 2"}, []string{"router ospf", "redistribute kernel metric 10 metric-type 1"}},
		{8, []string{"router ospf", "summary-address 203.0.112.0/22 no-advertise"}, []string{"router ospf", "no summary-address 203.0.112.0/22 no-advertise"}},
		{4, []string{"interface l4", "ip ospf priority 0"}, []string{"interface l4", "ip ospf priority 1"}},
		{5, []string{"interface l4", "ip ospf priority 0"}, []string{"interface l4", "ip ospf priority 1"}},
		{3, []string{"interface l1", "ip ospf priority 0"}, []string{"interface l1", "ip ospf priority 1"}},
	},
}

// ospfBorderTypes has border routers in area 0 and ones that are not, of the types that ospfd knows (RFC 3509; a shortcut one in area 0
// alone: that its B bit has another meaning than RFC 2328's shows in the S bit, which BGP-LS does not tell).
var ospfBorderTypes = spec{
	name:    "ospf-border-types",
	routers: 7, exporters: []int{3, 5},
	links: []link{
		{routers: []int{1, 2}, area: "1", metric: 10},
		{routers: []int{2, 3}, area: "0", metric: 10},
		{routers: []int{1, 3}, area: "1", metric: 30},
		{routers: []int{3, 4}, area: "2", metric: 10},
		{routers: []int{2, 5}, area: "1", metric: 10},
		{routers: []int{4, 5}, area: "2", metric: 10},
		{routers: []int{3, 6}, area: "0", metric: 10},
		{routers: []int{4, 7}, area: "2", metric: 5},
		{routers: []int{1, 7}, area: "2", metric: 5},
	},
	loopback: map[int]string{2: "0", 3: "0"},
	toggles: []toggle{
		borderType(5, "ibm"), borderType(5, "standard"), borderType(2, "standard"), borderType(3, "shortcut"), borderType(2, "ibm"),
		borderType(1, "standard"), borderType(3, "standard"),
	},
}

func borderType(router int, kind string) toggle {
	return toggle{router, []string{"router ospf", "ospf abr-type " + kind}, []string{"router ospf", "no ospf abr-type " + kind}}
}
