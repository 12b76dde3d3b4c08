package mapbuilder

import (
	"maps"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/ted"
)

// viewMap is the network map of a view of one topology, kept up with that of its routers.
type viewMap struct {
	view    *View
	routers map[string]placed // by PID
	groups  alto.NetworkMap
}

// placed is a router in a group.
type placed struct {
	router *ted.Router
	group  string
}

func newViewMap(v *View) *viewMap {
	return &viewMap{view: v, routers: map[string]placed{}, groups: alto.NetworkMap{}}
}

// update makes the groups anew whose routers are other ones than at the last call, or have other prefixes: those of
// the PIDs that changed. All PIDs of pids are routers but the default PID, which stays as it is.
func (g *viewMap) update(pids alto.NetworkMap, routers []*ted.Router, changed []string) {
	stale := map[string]bool{}
	for _, r := range routers {
		before, known := g.routers[r.PID]
		if known && before.router == r {
			continue
		}
		now := placed{r, g.view.pid(*r)}
		g.routers[r.PID] = now
		if !known || now.group != before.group {
			stale[before.group], stale[now.group] = true, true
		}
	}
	for _, pid := range changed {
		at, isRouter := g.routers[pid]
		group, there := pids[pid]
		switch {
		case isRouter:
			stale[at.group] = true
			if !there {
				delete(g.routers, pid)
			}
		case there:
			g.groups[pid] = group
		default:
			delete(g.groups, pid)
		}
	}
	delete(stale, "") // of routers that are new
	if len(stale) > 0 {
		g.regroup(pids, routers, stale)
	}
}

// regroup makes some groups anew.
func (g *viewMap) regroup(pids alto.NetworkMap, routers []*ted.Router, stale map[string]bool) {
	fresh := alto.NetworkMap{}
	for _, r := range routers {
		to := g.routers[r.PID].group
		if !stale[to] {
			continue
		}
		group, of := fresh[to], pids[r.PID]
		group.Members = append(group.Members, r.PID)
		group.IPv4, group.IPv6 = append(group.IPv4, of.IPv4...), append(group.IPv6, of.IPv6...)
		fresh[to] = group
	}
	for group := range stale {
		delete(g.groups, group)
	}
	maps.Copy(g.groups, alto.Canonical(fresh))
}
