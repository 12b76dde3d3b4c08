package frr

// networks are those that are run.
var networks = []spec{ospfAreas, ospfStub, ospfMoves, ospfVirtual, ospfv3, isisLevels, isisTopologies, bothIGPs, isisDefault, ospfDefault, ospfUnnumbered, isisUnnumbered, isisNarrow, ospfNSSADefault, ospfNSSARanges, ospfOutside, ospfBorderTypes, isisLANs, isisTopologiesApart}

// ospfAreas has two border routers of area 1, one of area 2, and a LAN in the backbone.
var ospfAreas = spec{
	name:    "ospf-lan-abr",
	routers: 7, exporters: []int{2, 3},
	links: []link{
		{routers: []int{1, 2, 3}, lan: true, area: "0", metric: 10},
		{routers: []int{2, 3}, area: "0", metric: 5},
		{routers: []int{2, 4}, area: "1", metric: 10},
		{routers: []int{3, 4}, area: "1", metric: 20},
		{routers: []int{4, 5}, area: "1", metric: 10},
		{routers: []int{2, 5}, area: "1", metric: 10},
		{routers: []int{3, 6}, area: "2", metric: 10},
		{routers: []int{6, 7}, area: "2", metric: 10},
	},
	externals: map[int][]string{1: {"203.0.113.0/24"}, 5: {"203.0.113.0/24", "203.0.114.0/24"}},
	more: map[int]map[string]string{
		1: {"ospfd": "router ospf\n redistribute kernel metric 50 metric-type 1\n"},
		5: {"ospfd": "router ospf\n redistribute kernel metric 20\n"},
	},
	toggles: []toggle{
		{5, []string{"router ospf", "redistribute kernel metric 30 metric-type 1"}, []string{"router ospf", "redistribute kernel metric 20 metric-type 2"}},
	},
}

// withoutR5 lets all prefixes pass but R5's.
const withoutR5 = "ip prefix-list NOT5 seq 5 deny 10.255.5.1/32\nip prefix-list NOT5 seq 10 permit 0.0.0.0/0 le 32\n"

// ospfStub has a stub area, a totally stubby one, and an NSSA, each with two border routers,
// and ranges and filters that come and go.
var ospfStub = spec{
	name:    "ospf-stub-range",
	routers: 8, exporters: []int{2, 3},
	links: []link{
		{routers: []int{1, 2, 3}, lan: true, area: "0", metric: 10},
		{routers: []int{2, 4}, area: "1", metric: 10},
		{routers: []int{3, 4}, area: "1", metric: 20},
		{routers: []int{4, 5}, area: "1", metric: 10},
		{routers: []int{3, 5}, area: "1", metric: 30},
		{routers: []int{2, 6}, area: "2", metric: 10},
		{routers: []int{3, 6}, area: "2", metric: 10},
		{routers: []int{2, 7}, area: "3", metric: 10},
		{routers: []int{3, 7}, area: "3", metric: 15},
		{routers: []int{2, 8}, area: "4", metric: 10},
		{routers: []int{3, 8}, area: "4", metric: 15},
	},
	externals: map[int][]string{1: {"203.0.113.0/24"}, 8: {"203.0.114.0/24"}},
	more: map[int]map[string]string{
		1: {"ospfd": "router ospf\n redistribute kernel metric 50 metric-type 1\n"},
		2: {"ospfd": withoutR5 + "router ospf\n area 2 stub\n area 3 stub no-summary\n area 4 nssa\n"},
		3: {"ospfd": withoutR5 + "router ospf\n area 2 stub\n area 3 stub no-summary\n area 4 nssa\n"},
		6: {"ospfd": "router ospf\n area 2 stub\n"},
		7: {"ospfd": "router ospf\n area 3 stub\n"},
		8: {"ospfd": "router ospf\n area 4 nssa\n redistribute kernel\n"},
	},
	toggles: []toggle{
		{2, []string{"router ospf", "area 1 range 10.255.4.0/23"}, []string{"router ospf", "no area 1 range 10.255.4.0/23"}},
		{3, []string{"router ospf", "area 1 range 10.255.4.0/23 cost 25"}, []string{"router ospf", "no area 1 range 10.255.4.0/23"}},
		{2, []string{"router ospf", "area 1 filter-list prefix NOT5 out"}, []string{"router ospf", "no area 1 filter-list prefix NOT5 out"}},
		{3, []string{"router ospf", "area 2 filter-list prefix NOT5 in"}, []string{"router ospf", "no area 2 filter-list prefix NOT5 in"}},
		{3, []string{"router ospf", "area 3 default-cost 20"}, []string{"router ospf", "no area 3 default-cost 20"}},
	},
}

// ospfMoves has links that move between area 0 and area 1, and a prefix from outside of type 1 and of type 2.
var ospfMoves = spec{
	name:    "ospf-moves",
	routers: 5, exporters: []int{2, 3},
	links: []link{
		{routers: []int{1, 2}, area: "1", metric: 10},
		{routers: []int{2, 3}, area: "0", metric: 10, others: []string{"1"}},
		{routers: []int{1, 3}, area: "1", metric: 30, others: []string{"0"}},
		{routers: []int{3, 4}, area: "2", metric: 10},
		{routers: []int{2, 5}, area: "1", metric: 10},
	},
	loopback:  map[int]string{2: "0", 3: "0"},
	externals: map[int][]string{4: {"203.0.113.0/24"}, 5: {"203.0.113.0/24"}},
	more: map[int]map[string]string{
		4: {"ospfd": "router ospf\n redistribute kernel metric 20\n"},
		5: {"ospfd": "router ospf\n redistribute kernel metric 50 metric-type 1\n"},
	},
}

// ospfVirtual has virtual links through area 1, which is not next to all of area 0.
var ospfVirtual = spec{
	name:    "ospf-virtual-link",
	routers: 6, exporters: []int{2, 3}, virtual: true,
	links: []link{
		{routers: []int{1, 2}, area: "0", metric: 10},
		{routers: []int{2, 5}, area: "1", metric: 10},
		{routers: []int{3, 5}, area: "1", metric: 10},
		{routers: []int{2, 3}, area: "1", metric: 30},
		{routers: []int{3, 4}, area: "2", metric: 10},
		{routers: []int{4, 6}, area: "2", metric: 10},
		{routers: []int{5, 6}, area: "1", metric: 40},
	},
	more: map[int]map[string]string{
		2: {"ospfd": "router ospf\n area 1 virtual-link 3.3.3.3 hello-interval 1 dead-interval 4\n"},
		3: {"ospfd": "router ospf\n area 1 virtual-link 2.2.2.2 hello-interval 1 dead-interval 4\n"},
	},
	toggles: []toggle{
		{2, []string{"router ospf", "no area 1 virtual-link 3.3.3.3"}, []string{"router ospf", "area 1 virtual-link 3.3.3.3 hello-interval 1 dead-interval 4"}},
	},
}

// ospfv3 has OSPFv3 in areas, one of them stub, and OSPFv2 in a single one on other links.
var ospfv3 = spec{
	name:    "ospfv3-areas",
	routers: 6, exporters: []int{2, 3},
	links: []link{
		{routers: []int{1, 2, 3}, lan: true, area: "0", area6: "0", metric: 10},
		{routers: []int{2, 3}, area6: "0", metric: 15},
		{routers: []int{2, 4}, area: "0", area6: "1", metric: 10},
		{routers: []int{3, 4}, area6: "1", metric: 20},
		{routers: []int{4, 5}, area: "0", area6: "1", metric: 10},
		{routers: []int{3, 5}, area: "0", area6: "1", metric: 30},
		{routers: []int{2, 6}, area: "0", area6: "2", metric: 10},
		{routers: []int{3, 6}, area: "0", area6: "2", metric: 10},
	},
	more: map[int]map[string]string{
		2: {"ospf6d": "router ospf6\n area 2 stub\n"},
		3: {"ospf6d": "router ospf6\n area 2 stub\n"},
		6: {"ospf6d": "router ospf6\n area 2 stub\n"},
	},
	toggles: []toggle{
		{2, []string{"router ospf6", "area 2 stub no-summary"}, []string{"router ospf6", "no area 2 stub no-summary", "area 2 stub"}},
		{3, []string{"router ospf6", "area 1 range fd00:ff::4/127"}, []string{"router ospf6", "no area 1 range fd00:ff::4/127"}},
	},
}

// ospfDefault has routers that run OSPF alone and follow external default routes to ones that go on by IS-IS.
var ospfDefault = spec{
	name:    "ospf-default-isis",
	routers: 8, exporters: []int{2, 3},
	isis:      map[int]string{3: "49.0001", 4: "49.0001", 5: "49.0001", 6: "49.0001"},
	isisLevel: map[int]string{3: "level-2-only", 4: "level-2-only", 5: "level-2-only", 6: "level-2-only"},
	links: []link{
		{routers: []int{1, 2}, area: "1", metric: 10},
		{routers: []int{2, 3}, area: "0", metric: 10},
		{routers: []int{2, 5}, area: "0", metric: 20},
		{routers: []int{3, 4}, level: "level-2-only", metric: 10},
		{routers: []int{4, 5}, level: "level-2-only", metric: 5},
		{routers: []int{1, 6}, area: "1", metric: 5},
		{routers: []int{4, 6}, level: "level-2-only", metric: 50},
		{routers: []int{3, 7}, area: "2", metric: 10},
		{routers: []int{2, 7}, area: "2", metric: 30},
		{routers: []int{7, 8}, area: "2", metric: 5},
		{routers: []int{3, 5}, area: "0", level: "level-2-only", metric: 300},
	},
	toggles: []toggle{
		originate(5, "metric 10 metric-type 1"),
		originate(6, "metric 20 metric-type 2"),
		{5, originate(5, "metric 20 metric-type 2").on, originate(5, "metric 10 metric-type 1").on},
		{6, originate(6, "metric 30 metric-type 1").on, originate(6, "metric 10 metric-type 2").on},
	},
}

// originate has a router tell OSPF's external default route, whether it has one or not.
func originate(router int, how string) toggle {
	const command = "default-information originate"
	return toggle{router, []string{"router ospf", command + " always " + how}, []string{"router ospf", "no " + command}}
}

// ospfUnnumbered has links without addresses of their own, some of them in parallel, and a LAN that is
// point-to-multipoint.
var ospfUnnumbered = spec{
	name:    "ospf-unnumbered",
	routers: 7, exporters: []int{2, 3},
	links: []link{
		{routers: []int{1, 2}, area: "0", metric: 10, unnumbered: true},
		{routers: []int{2, 3}, area: "0", metric: 10, unnumbered: true},
		{routers: []int{2, 3}, area: "0", metric: 20, unnumbered: true},
		{routers: []int{2, 4}, area: "1", metric: 10, unnumbered: true},
		{routers: []int{3, 4}, area: "1", metric: 30},
		{routers: []int{4, 5}, area: "1", metric: 5, unnumbered: true},
		{routers: []int{3, 6, 7}, lan: true, area: "2", metric: 10},
	},
	more: map[int]map[string]string{
		3: {"ospfd": "interface l7\n ip ospf network point-to-multipoint\n"},
		6: {"ospfd": "interface l7\n ip ospf network point-to-multipoint\n"},
		7: {"ospfd": "interface l7\n ip ospf network point-to-multipoint\n"},
	},
}

// ospfNSSADefault has an NSSA with two border routers and default routes within it. These are in no other area: to an AS boundary
// router that ospfd reaches within an NSSA too, it tells no way in other areas, though RFC 3101 §2.5 (3) has it take another one.
var ospfNSSADefault = spec{
	name:    "ospf-nssa-default",
	routers: 7, exporters: []int{1, 3},
	isis:      map[int]string{4: "49.0001", 5: "49.0001", 7: "49.0001", 3: "49.0001"},
	isisLevel: map[int]string{3: "level-2-only", 4: "level-2-only", 5: "level-2-only", 7: "level-2-only"},
	links: []link{
		{routers: []int{1, 2, 3}, lan: true, area: "0", metric: 10},
		{routers: []int{2, 4}, area: "4", metric: 10},
		{routers: []int{3, 4}, area: "4", metric: 15},
		{routers: []int{4, 5}, area: "4", level: "level-2-only", metric: 10},
		{routers: []int{3, 5}, area: "4", metric: 40},
		{routers: []int{1, 6}, area: "1", metric: 10},
		{routers: []int{5, 7}, level: "level-2-only", metric: 10},
		{routers: []int{3, 7}, level: "level-2-only", metric: 60},
	},
	externals: map[int][]string{5: {"203.0.114.0/24"}},
	more: map[int]map[string]string{
		2: {"ospfd": "router ospf\n area 4 nssa\n"},
		3: {"ospfd": "router ospf\n area 4 nssa\n"},
		4: {"ospfd": "router ospf\n area 4 nssa\n"},
		5: {"ospfd": "router ospf\n area 4 nssa\n redistribute kernel metric 20\n"},
	},
	toggles: []toggle{
		originate(5, "metric 10 metric-type 1"),
		{5, originate(5, "metric 20 metric-type 2").on, originate(5, "metric 10 metric-type 1").on},
		{2, []string{"router ospf", "area 4 nssa no-summary"}, []string{"router ospf", "no area 4 nssa no-summary", "area 4 nssa"}},
		originate(6, "metric 20 metric-type 2"),
	},
}
