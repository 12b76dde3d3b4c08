package frr

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// randomNetworks returns networks that nobody has thought of.
func randomNetworks(seed uint64) []spec {
	g := func(stream uint64) *generator {
		return &generator{rand.New(rand.NewPCG(seed, stream)), spec{routers: 6, more: map[int]map[string]string{}, externals: map[int][]string{}}}
	}
	return []spec{g(1).ospf("ospf-random"), g(2).levels("isis-random", false), g(3).levels("isis-mt-random", true), g(4).both("both-random")}
}

type generator struct {
	*rand.Rand
	spec
}

// some returns a router.
func (g *generator) some() int { return 1 + g.IntN(g.routers) }

func pick[T any](g *generator, of ...T) T { return of[g.IntN(len(of))] }

// draw joins all routers, some of them in several ways, and three by a LAN.
func (g *generator) draw(more int) {
	add := func(lan bool, routers ...int) {
		slices.Sort(routers)
		if len(slices.Compact(slices.Clone(routers))) == len(routers) {
			g.links = append(g.links, link{routers: routers, lan: lan, metric: metrics[g.IntN(9)]})
		}
	}
	for r := 2; r <= g.routers; r++ {
		add(false, r, 1+g.IntN(r-1))
	}
	for range more {
		add(g.IntN(4) == 0, g.some(), g.some())
	}
	add(true, g.some(), g.some(), g.some())
}

// finish chooses the two exporters that see most.
func (g *generator) finish() spec {
	g.reached = g.IntN(2) == 0
	n := g.spec.network(nil)
	best := -1
	for a := 1; a <= g.routers; a++ {
		for b := a + 1; b <= g.routers; b++ {
			if unseen := len(n.notTold([]int{a, b})); best < 0 || unseen < best {
				best, g.exporters = unseen, []int{a, b}
			}
		}
	}
	return g.spec
}

func (g *generator) configure(router int, daemon, lines string) {
	if g.more[router] == nil {
		g.more[router] = map[string]string{}
	}
	g.more[router][daemon] += lines
}

// ospf has areas where they come, stub areas among them, ranges, and prefixes from outside at routers
// that no path leads through.
func (g *generator) ospf(name string) spec {
	g.name = name
	g.draw(5)
	for range 2 {
		g.routers++
		g.links = append(g.links, link{routers: []int{1 + g.IntN(6), g.routers}, metric: 10})
		g.externals[g.routers] = []string{"203.0.113.0/24", fmt.Sprintf("203.0.%d.0/24", 113+g.routers)}
	}
	for i := range g.links {
		g.links[i].area = pick(g, "0", "0", "0", "1", "1", "2", "3")
	}
	kinds := map[string]string{"0": "", "1": "", "2": pick(g, "", "stub", "stub no-summary"), "3": pick(g, "", "nssa", "stub")}
	g.loopback = map[int]string{}
	for r := 1; r <= g.routers; r++ {
		areas := g.areasOf(r)
		g.loopback[r] = pick(g, areas...)
		g.configure(r, "ospfd", "router ospf\n")
		for _, area := range areas {
			if kinds[area] != "" {
				g.configure(r, "ospfd", fmt.Sprintf(" area %s %s\n", area, kinds[area]))
			}
		}
	}
	for r := 1; r <= g.routers; r++ {
		if areas := g.areasOf(r); len(areas) > 1 {
			g.addRange(r, pick(g, areas...))
		}
	}
	for i := range g.links {
		if l := &g.links[i]; kinds[l.area] == "" && !l.lan {
			l.others = []string{"0", "1"}
		}
	}
	for r := g.routers - 1; r <= g.routers; r++ {
		line := func(kind string) string {
			return "redistribute kernel metric " + pick(g, "20", "30") + " metric-type " + kind
		}
		g.configure(r, "ospfd", "router ospf\n "+line("2")+"\n")
		g.toggles = append(g.toggles, toggle{r, []string{"router ospf", line("1")}, []string{"router ospf", line("2")}})
	}
	g.originate()
	return g.finish()
}

// originate has two routers tell an external default route. With three, ospfd compares one with the AS boundary router of
// another that it has found worse (RFC 2328 §16.4 (6) (c)).
func (g *generator) originate() {
	for range 2 {
		if r := g.some(); len(g.areasOf(r)) > 0 {
			g.toggles = append(g.toggles, originate(r, fmt.Sprint("metric ", pick(g, 1, 10, 20), " metric-type ", pick(g, 1, 2))))
		}
	}
}

func (g *generator) areasOf(router int) []string {
	var areas []string
	for _, l := range g.links {
		if slices.Contains(l.routers, router) && l.area != "" {
			areas = append(areas, l.area)
		}
	}
	slices.Sort(areas)
	return slices.Compact(areas)
}

// addRange adds a range of loopbacks of an area that a border router may tell. None is of another
// area: ospfd has no routes to what others tell that is in a range of its own, though RFC 2328
// §16.2 (3) asks for that only of what equals the range.
func (g *generator) addRange(router int, area string) {
	bits := 21 + g.IntN(3)
	first, count := g.some()>>(24-bits)<<(24-bits), 1<<(24-bits)
	for r, of := range g.loopback {
		if r >= first && r < first+count && of != area {
			return
		}
	}
	line := fmt.Sprintf("area %s range 10.255.%d.0/%d", area, first, bits)
	g.toggles = append(g.toggles, toggle{router, []string{"router ospf", line + pick(g, "", " cost 25", " cost 5", " not-advertise")}, []string{"router ospf", "no " + line}})
}

// levels has IS-IS areas where they come.
func (g *generator) levels(name string, multiTopology bool) spec {
	g.name, g.multiTopology = name, multiTopology
	g.draw(5)
	g.addLevels()
	// Not of level 1: isisd takes the farther of such a default and the nearest attached router.
	if r := g.some(); g.isisLevel[r] == "" {
		const line = "default-information originate ipv4 level-2 always"
		g.toggles = append(g.toggles, toggle{r, []string{"router isis " + isisTag, line}, []string{"router isis " + isisTag, "no " + line}})
	}
	// Not in level 2: isisd follows the attached bit in no topology if it has a neighbour there in any.
	for i, l := range g.links {
		for _, topology := range []string{"ipv6-unicast", "standard"} {
			if multiTopology && l.level == "level-1" && g.IntN(3) == 0 {
				for _, r := range l.routers {
					g.configure(r, "isisd", fmt.Sprintf("interface l%d\n no isis topology %s\n", i+1, topology))
				}
			}
		}
	}
	return g.finish()
}

func (g *generator) addLevels() {
	g.isis, g.isisLevel = map[int]string{}, map[int]string{}
	for r := 1; r <= g.routers; r++ {
		g.isis[r] = pick(g, "49.0001", "49.0001", "49.0002")
	}
	inside := map[int]bool{} // all links lead within the area
	for r := range g.isis {
		inside[r] = true
	}
	for i := range g.links {
		l := &g.links[i]
		same := !slices.ContainsFunc(l.routers, func(r int) bool { return g.isis[r] != g.isis[l.routers[0]] })
		l.lan = l.lan && len(l.routers) > 2 // isisd 8.4 goes on to tell of a LAN that has lost its last neighbour
		l.level = "level-2-only"            // isisd 8.4 may tell of a link between areas in level 1 too
		if same {
			l.level = pick(g, "level-1", "level-1-2", "level-1-2", "level-2-only")
		}
		for _, r := range l.routers {
			inside[r] = inside[r] && same && l.level != "level-2-only"
		}
	}
	for r := 1; r <= g.routers; r++ {
		if inside[r] {
			g.isisLevel[r] = pick(g, "level-1", "")
		}
	}
}

// both has OSPF on some links, IS-IS on some, and both on some.
func (g *generator) both(name string) spec {
	g.name = name
	g.draw(6)
	g.addLevels()
	for i := range g.links {
		l := &g.links[i]
		switch g.IntN(3) {
		case 0:
			l.level, l.area = "", pick(g, "0", "0", "1")
		case 1:
			l.area = pick(g, "0", "0", "1", "2")
		}
	}
	g.originate()
	return g.finish()
}
