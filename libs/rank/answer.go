package rank

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Answer is which sites can take a workload, the best first, and why others cannot.
type Answer struct {
	From       string   `json:"from"`             // PID
	Prefix     string   `json:"prefix,omitempty"` // by which the PID of an address was found
	NetworkMap Version  `json:"network_map"`
	CostMaps   []string `json:"cost_maps"` // by metric
	Needs      []string `json:"needs"`     // classes, in the order of Host.Free
	Sites      []Site   `json:"sites"`
	Others     []Site   `json:"others"` // that cannot take it
	// Notes are what is good to know of the answer as a whole, such as maps that are stale.
	Notes []string `json:"notes,omitempty"`
}

// Version is the version tag of a network map (RFC 7285 §10.3).
type Version struct {
	ResourceID string `json:"resource_id"`
	Tag        string `json:"tag"`
}

// Site is a site, or a host whose site is not told.
type Site struct {
	Rank int    `json:"rank,omitempty"` // from 1; equals have the same
	Tie  string `json:"tie,omitempty"`  // why it is behind the one before, which is as good
	Name string `json:"name"`
	// Hosts can take the workload, each alone, the best first.
	Hosts []Host `json:"hosts,omitempty"`
	// Lacks say why the other hosts cannot, those that most of them lack first.
	Lacks []Lack `json:"lacks,omitempty"`
}

// Lack is what hosts lack.
type Lack struct {
	Text  string `json:"text"` // of the host that comes nearest
	Hosts int    `json:"hosts"`
}

// Answer answers a question. The error says what is not there; a *VersionError, that it is on
// its way.
func (t *Tables) Answer(q Query) (*Answer, error) {
	s, err := t.source(q)
	if err != nil {
		return nil, err
	}
	a := &Answer{From: s.pid, Prefix: s.prefix, NetworkMap: Version(s.network.meta.VTag), Needs: s.needs(), Notes: t.notes(s)}
	for _, m := range s.metrics {
		a.CostMaps = append(a.CostMaps, m.id)
	}
	sites := map[string][]*Host{}
	for _, h := range t.hosts(s) {
		sites[h.Site] = append(sites[h.Site], h)
	}
	for _, name := range slices.Sorted(maps.Keys(sites)) {
		if site := s.site(name, sites[name]); len(site.Hosts) > 0 {
			a.Sites = append(a.Sites, site)
		} else {
			a.Others = append(a.Others, site)
		}
	}
	s.rank(a.Sites)
	return a, nil
}

// hosts returns all hosts, each once: one that has several entities by the one that can
// take the workload, or by which it is reached best.
func (t *Tables) hosts(s *source) []*Host {
	byKey := map[string]*Host{}
	for _, id := range slices.Sorted(maps.Keys(t.endpoints)) {
		e := t.endpoints[id]
		if e.ToldBy == nil {
			continue
		}
		h := s.host(e)
		held := byKey[h.Key]
		if held == nil || len(h.lacks) < len(held.lacks) || len(h.lacks) == 0 && len(held.lacks) == 0 && s.compareHosts(h, held) < 0 {
			byKey[h.Key] = h
		}
	}
	return slices.Collect(maps.Values(byKey))
}

func (s *source) site(name string, hosts []*Host) Site {
	site := Site{Name: name}
	lacks := map[string]*Lack{}
	near := map[string]float64{}
	for _, h := range hosts {
		if len(h.lacks) == 0 {
			site.Hosts = append(site.Hosts, *h)
		}
		counted := map[string]bool{} // by several attachments it may lack one thing several times
		for _, lack := range h.lacks {
			known := lacks[lack.kind]
			if known == nil {
				known = &Lack{}
				lacks[lack.kind] = known
			}
			if !counted[lack.kind] {
				counted[lack.kind] = true
				known.Hosts++
			}
			if known.Text == "" || lack.near > near[lack.kind] || lack.near == near[lack.kind] && lack.text < known.Text {
				known.Text, near[lack.kind] = lack.text, lack.near
			}
		}
	}
	slices.SortFunc(site.Hosts, func(a, b Host) int { return s.compareHosts(&a, &b) })
	for _, lack := range lacks {
		site.Lacks = append(site.Lacks, *lack)
	}
	slices.SortFunc(site.Lacks, func(a, b Lack) int { return cmp.Or(cmp.Compare(b.Hosts, a.Hosts), cmp.Compare(a.Text, b.Text)) })
	return site
}

// compareHosts puts the better of two hosts that can take the workload first.
func (s *source) compareHosts(a, b *Host) int {
	return cmp.Or(s.compareWorth(a, b), cmp.Compare(a.Key, b.Key))
}

// compareWorth compares two hosts by all but their names.
func (s *source) compareWorth(a, b *Host) int {
	return cmp.Or(s.compareAsked(a, b), staleness(a.StaleSince, b.StaleSince), byScore(a, b))
}

// compareAsked compares two hosts by what was asked alone.
func (s *source) compareAsked(a, b *Host) int {
	if s.query.Order == ByScore {
		return byScore(a, b)
	}
	return s.compareCosts(a.Costs, b.Costs)
}

func byScore(a, b *Host) int { return cmp.Compare(score(b), score(a)) }

// score is the overall score, -1 if there is none.
func score(h *Host) float64 {
	if h.Scores.Overall == nil {
		return -1
	}
	return *h.Scores.Overall
}

func staleness(a, b *time.Time) int {
	switch {
	case (a == nil) == (b == nil):
		return 0
	case a == nil:
		return -1
	}
	return 1
}

// rank sorts and numbers sites, each by its best host.
func (s *source) rank(sites []Site) {
	slices.SortFunc(sites, func(a, b Site) int {
		return cmp.Or(s.compareWorth(&a.Hosts[0], &b.Hosts[0]), cmp.Compare(a.Name, b.Name))
	})
	for i := range sites {
		sites[i].Rank = i + 1
		if i == 0 || s.compareAsked(&sites[i-1].Hosts[0], &sites[i].Hosts[0]) != 0 {
			continue
		}
		before, host := &sites[i-1], &sites[i].Hosts[0]
		sites[i].Rank = before.Rank
		switch {
		case staleness(before.Hosts[0].StaleSince, host.StaleSince) != 0:
			sites[i].Tie = "as good as " + before.Name + ", but stale"
		case score(&before.Hosts[0]) != score(host):
			sites[i].Tie = fmt.Sprintf("as good as %s; its score is lower", before.Name)
		default:
			sites[i].Tie = "as good as " + before.Name + "; only the name comes later"
		}
	}
}

// notes says what is good to know of the maps.
func (t *Tables) notes(s *source) []string {
	var notes []string
	stale := func(id string, since *time.Time) {
		if since != nil {
			notes = append(notes, fmt.Sprintf("%s is stale since %s: a speaker that it is made of is lost", id, since.UTC().Format(time.RFC3339)))
		}
	}
	stale(s.id, s.network.meta.StaleSince)
	for _, m := range s.metrics {
		stale(m.id, m.staleSince)
	}
	placed := t.endpoints[s.id]
	if placed == nil || !slices.Contains(placed.DependentVTags, s.network.meta.VTag) {
		notes = append(notes, "the places of hosts are not yet those of this version of "+s.id)
	}
	return notes
}
