package frr

// isisLevels has two routers of level 1 and 2 in each of two areas.
var isisLevels = spec{
	name:    "isis-lan-l12",
	routers: 7, exporters: []int{2, 3},
	isis: map[int]string{
		1: "49.0001", 2: "49.0001", 3: "49.0002", 4: "49.0001", 5: "49.0002", 6: "49.0002", 7: "49.0001",
	},
	isisLevel: map[int]string{1: "level-1", 6: "level-1", 7: "level-1"},
	links: []link{
		{routers: []int{2, 3, 4}, lan: true, level: "level-2-only", metric: 10},
		{routers: []int{3, 5}, level: "level-1-2", metric: 10},
		{routers: []int{4, 5}, level: "level-2-only", metric: 10},
		{routers: []int{1, 2}, level: "level-1", metric: 10},
		{routers: []int{1, 4}, level: "level-1", metric: 15},
		{routers: []int{2, 4}, level: "level-1", metric: 30},
		{routers: []int{3, 6}, level: "level-1", metric: 10},
		{routers: []int{5, 6}, level: "level-1", metric: 10},
		{routers: []int{1, 7}, level: "level-1", metric: 10},
		{routers: []int{7, 4}, level: "level-1", metric: 40},
	},
}

// isisTopologies routes IPv6 in topology 2, with levels, three routers on a LAN of level 1, and
// prefixes from outside.
var isisTopologies = spec{
	name:    "isis-mt-l12",
	routers: 6, exporters: []int{2, 3}, multiTopology: true,
	isis: map[int]string{
		1: "49.0001", 2: "49.0001", 3: "49.0002", 4: "49.0001", 5: "49.0002", 6: "49.0002",
	},
	isisLevel: map[int]string{1: "level-1", 6: "level-1"},
	links: []link{
		{routers: []int{1, 2, 4}, lan: true, level: "level-1", metric: 10},
		{routers: []int{2, 3}, level: "level-2-only", metric: 10},
		{routers: []int{4, 5}, level: "level-2-only", metric: 10},
		{routers: []int{2, 4}, level: "level-1-2", metric: 50},
		{routers: []int{3, 5}, level: "level-1-2", metric: 20},
		{routers: []int{3, 6}, level: "level-1", metric: 10},
		{routers: []int{5, 6}, level: "level-1", metric: 20},
	},
	externals: map[int][]string{4: {"203.0.113.0/24"}, 5: {"203.0.114.0/24"}},
	toggles: []toggle{
		{4, []string{"router isis " + isisTag, "redistribute ipv4 kernel level-2 metric 5"}, []string{"router isis " + isisTag, "no redistribute ipv4 kernel level-2"}},
		{5, []string{"router isis " + isisTag, "redistribute ipv4 kernel level-2 metric 30"}, []string{"router isis " + isisTag, "no redistribute ipv4 kernel level-2"}},
	},
}

// bothIGPs has OSPF with areas and IS-IS on some links both, on some one of them.
var bothIGPs = spec{
	name:    "ospf-and-isis",
	routers: 6, exporters: []int{2, 3},
	isis: map[int]string{1: "49.0001", 2: "49.0001", 3: "49.0002", 4: "49.0001", 5: "49.0002", 6: "49.0002"},
	links: []link{
		{routers: []int{2, 3}, area: "0", level: "level-2-only", metric: 10},
		{routers: []int{1, 2}, area: "1", level: "level-1-2", metric: 10},
		{routers: []int{1, 3}, area: "1", level: "level-2-only", metric: 20},
		{routers: []int{2, 4}, area: "2", level: "level-1-2", metric: 10},
		{routers: []int{4, 5}, level: "level-2-only", metric: 10},
		{routers: []int{3, 5}, area: "3", level: "level-1-2", metric: 10},
		{routers: []int{3, 6}, level: "level-1-2", metric: 10},
		{routers: []int{5, 6}, area: "3", metric: 5},
		{routers: []int{2, 3}, area: "0", metric: 30},
	},
}

// isisDefault has a router that runs IS-IS alone and follows the attached bit to one that prefers OSPF.
var isisDefault = spec{
	name:    "isis-default-ospf",
	routers: 5, exporters: []int{2, 3},
	isis: map[int]string{1: "49.0001", 2: "49.0001", 3: "49.0002", 4: "49.0002", 5: "49.0002"},
	links: []link{
		{routers: []int{1, 2}, level: "level-1", metric: 10},
		{routers: []int{2, 3}, area: "0", level: "level-2-only", metric: 10},
		{routers: []int{2, 4}, area: "0", metric: 10},
		{routers: []int{3, 4}, area: "0", level: "level-2-only", metric: 30},
		{routers: []int{3, 5}, area: "0", level: "level-1-2", metric: 40},
		{routers: []int{4, 5}, level: "level-2-only", metric: 5},
	},
}

// isisUnnumbered has links without addresses of their own, and routers that do not tell that they are attached.
var isisUnnumbered = spec{
	name:    "isis-unnumbered",
	routers: 6, exporters: []int{2, 3},
	isis:      map[int]string{1: "49.0001", 2: "49.0001", 3: "49.0002", 4: "49.0001", 5: "49.0002", 6: "49.0002"},
	isisLevel: map[int]string{1: "level-1", 6: "level-1"},
	links: []link{
		{routers: []int{2, 3}, level: "level-2-only", metric: 10, unnumbered: true},
		{routers: []int{2, 3}, level: "level-2-only", metric: 20, unnumbered: true},
		{routers: []int{4, 5}, level: "level-2-only", metric: 10},
		{routers: []int{1, 2}, level: "level-1", metric: 10, unnumbered: true},
		{routers: []int{1, 4}, level: "level-1", metric: 15},
		{routers: []int{2, 4}, level: "level-1-2", metric: 50, unnumbered: true},
		{routers: []int{3, 5}, level: "level-1-2", metric: 20, unnumbered: true},
		{routers: []int{3, 6}, level: "level-1", metric: 10, unnumbered: true},
		{routers: []int{5, 6}, level: "level-1", metric: 20, unnumbered: true},
	},
	toggles: []toggle{
		{2, []string{"router isis " + isisTag, "no attached-bit send"}, []string{"router isis " + isisTag, "attached-bit send"}},
		{5, []string{"router isis " + isisTag, "no attached-bit send"}, []string{"router isis " + isisTag, "attached-bit send"}},
	},
}

// isisNarrow has metrics of six bits, and prefixes from outside in both levels.
var isisNarrow = spec{
	name:    "isis-narrow",
	routers: 6, exporters: []int{2, 3}, narrow: true,
	isis:      map[int]string{1: "49.0001", 2: "49.0001", 3: "49.0002", 4: "49.0001", 5: "49.0002", 6: "49.0002"},
	isisLevel: map[int]string{1: "level-1", 6: "level-1"},
	links: []link{
		{routers: []int{2, 3}, level: "level-2-only", metric: 10},
		{routers: []int{3, 4}, level: "level-2-only", metric: 20},
		{routers: []int{4, 5}, level: "level-2-only", metric: 63},
		{routers: []int{1, 2}, level: "level-1", metric: 10},
		{routers: []int{1, 4}, level: "level-1", metric: 15},
		{routers: []int{2, 4}, level: "level-1-2", metric: 50},
		{routers: []int{3, 5}, level: "level-1-2", metric: 20},
		{routers: []int{3, 6}, level: "level-1", metric: 10},
		{routers: []int{5, 6}, level: "level-1", metric: 20},
	},
	externals: map[int][]string{1: {"203.0.113.0/24"}, 4: {"203.0.114.0/24"}, 5: {"203.0.114.0/24"}},
	toggles: []toggle{
		{1, []string{"router isis " + isisTag, "redistribute ipv4 kernel level-1 metric 100"}, []string{"router isis " + isisTag, "no redistribute ipv4 kernel level-1"}},
		{4, []string{"router isis " + isisTag, "redistribute ipv4 kernel level-2 metric 5"}, []string{"router isis " + isisTag, "no redistribute ipv4 kernel level-2"}},
		{5, []string{"router isis " + isisTag, "redistribute ipv4 kernel level-2 metric 30"}, []string{"router isis " + isisTag, "no redistribute ipv4 kernel level-2"}},
	},
}

// isisLANs has LANs of both levels whose designated routers change, and what is redistributed in both levels with metrics of more than
// six bits.
var isisLANs = spec{
	name:    "isis-lans",
	routers: 7, exporters: []int{2, 3}, wired: true,
	isis:      map[int]string{1: "49.0001", 2: "49.0001", 3: "49.0002", 4: "49.0001", 5: "49.0002", 6: "49.0002", 7: "49.0001"},
	isisLevel: map[int]string{1: "level-1", 6: "level-1"},
	links: []link{
		{routers: []int{2, 3, 4, 5}, lan: true, level: "level-2-only", metric: 10},
		{routers: []int{1, 2, 4, 7}, lan: true, level: "level-1-2", metric: 10},
		{routers: []int{3, 5, 6}, lan: true, level: "level-1-2", metric: 20},
		{routers: []int{1, 7}, level: "level-1", metric: 5},
		{routers: []int{5, 6}, level: "level-1", metric: 5},
		{routers: []int{5, 7}, level: "level-2-only", metric: 40},
	},
	externals: map[int][]string{1: {"203.0.113.0/24"}, 4: {"203.0.114.0/24"}, 5: {"203.0.116.0/24"}, 7: {"203.0.115.0/24"}},
	toggles: []toggle{
		designated(4, 1), designated(7, 2),
		{1, []string{"router isis " + isisTag, "redistribute ipv4 kernel level-1 metric 100"}, []string{"router isis " + isisTag, "no redistribute ipv4 kernel level-1"}},
		{7, []string{"router isis " + isisTag, "redistribute ipv4 kernel level-2 metric 1000"}, []string{"router isis " + isisTag, "no redistribute ipv4 kernel level-2"}},
		designated(6, 3), designated(3, 1),
		{4, []string{"router isis " + isisTag, "redistribute ipv4 kernel level-1 metric 200"}, []string{"router isis " + isisTag, "no redistribute ipv4 kernel level-1"}},
		{5, []string{"router isis " + isisTag, "redistribute ipv4 kernel level-2 metric 64"}, []string{"router isis " + isisTag, "no redistribute ipv4 kernel level-2"}},
	},
}

// designated has a router become the designated one of a LAN.
func designated(router, link int) toggle {
	at := "interface " + end{router, link}.String()
	return toggle{router, []string{at, "isis priority 100"}, []string{at, "no isis priority"}}
}

// isisTopologiesApart has links that are in one topology alone, for a while. Not LANs: isisd reaches a router over a pseudonode in
// every topology, though it does not reach the pseudonode there (ISO 10589 §7.2.8.2, RFC 5120 §7).
var isisTopologiesApart = spec{
	name:    "isis-mt-l2",
	routers: 6, exporters: []int{2, 3}, multiTopology: true,
	isis:      map[int]string{1: "49.0001", 2: "49.0001", 3: "49.0002", 4: "49.0001", 5: "49.0002", 6: "49.0002"},
	isisLevel: map[int]string{1: "level-2-only", 2: "level-2-only", 3: "level-2-only", 4: "level-2-only", 5: "level-2-only", 6: "level-2-only"},
	links: []link{
		{routers: []int{1, 2}, level: "level-2-only", metric: 10},
		{routers: []int{2, 3}, level: "level-2-only", metric: 10},
		{routers: []int{3, 4}, level: "level-2-only", metric: 20},
		{routers: []int{1, 4}, level: "level-2-only", metric: 10},
		{routers: []int{2, 4}, level: "level-2-only", metric: 50},
		{routers: []int{3, 5}, level: "level-2-only", metric: 20},
		{routers: []int{4, 5, 6}, lan: true, level: "level-2-only", metric: 10},
		{routers: []int{1, 6}, level: "level-2-only", metric: 60},
	},
	toggles: []toggle{
		outOf(2, 2, "ipv6-unicast"), outOf(1, 4, "standard"), outOf(5, 6, "ipv6-unicast"), outOf(4, 5, "ipv6-unicast"),
		outOf(4, 3, "standard"), outOf(3, 2, "ipv6-unicast"), outOf(6, 8, "standard"), outOf(6, 8, "ipv6-unicast"),
	},
}

// outOf takes a router's end of a link out of a topology.
func outOf(router, link int, topology string) toggle {
	at := "interface " + end{router, link}.String()
	return toggle{router, []string{at, "no isis topology " + topology}, []string{at, "isis topology " + topology}}
}
