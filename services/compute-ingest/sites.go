package computeingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// Sites tells where resources stand, by <name> or <source>|<name>. Nil under a name:
// what is told of it cannot be used.
type Sites map[string]*Site

// Site is where one resource stands.
type Site struct {
	Site        *string
	Addresses   []string           // IP addresses and prefixes, canonical, sorted
	Attachments []string           // PID names, IGP router ids, addresses and prefixes, sorted
	Costs       map[string]float64 // of attachments, in routingcost units
}

// of returns what is told of a resource, <source>|<name> before <name>; ok is false
// if it cannot be used or the sites are not known.
func (s Sites) of(source, name string) (site Site, ok bool) {
	if s == nil {
		return Site{}, false
	}
	told, found := s[source+"|"+name]
	if !found {
		told, found = s[name]
	}
	switch {
	case !found:
		return Site{}, true
	case told == nil:
		return Site{}, false
	}
	return *told, true
}

// ParseSites reads the JSON text of a sites file. The error says that it is none;
// the problems are what was put aside of one.
func ParseSites(text []byte) (Sites, []collect.Problem, error) {
	named, err := collect.Members(text)
	if err != nil {
		return nil, nil, err
	}
	sites := Sites{}
	var problems []collect.Problem
	for _, name := range slices.Sorted(maps.Keys(named)) {
		site, aside, err := parseSite(name, named[name])
		if err != nil {
			problems = append(problems, collect.Problem{Part: "site", Resource: name, Err: err})
		}
		problems = append(problems, aside...)
		sites[name] = site
	}
	return sites, problems, nil
}

// toldAttachment is an attachment in a sites file: its text, or {to, cost}.
type toldAttachment struct {
	To   string  `json:"to"`
	Cost float64 `json:"cost"`
}

func (a *toldAttachment) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		return json.Unmarshal(text, &a.To)
	}
	type plain toldAttachment
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode((*plain)(a))
}

func parseSite(name string, m collect.Member) (*Site, []collect.Problem, error) {
	if m.Twice {
		return nil, nil, errors.New("the name is there more than once")
	}
	var told struct {
		Site        *string          `json:"site"`
		Addresses   []string         `json:"addresses"`
		Attachments []toldAttachment `json:"attachments"`
	}
	d := json.NewDecoder(bytes.NewReader(m.Value))
	d.DisallowUnknownFields()
	if err := d.Decode(&told); err != nil {
		return nil, nil, fmt.Errorf("is not {site, addresses, attachments}: %w", err)
	}
	var problems []collect.Problem
	putAside := func(part string) func(error) {
		return func(err error) { problems = append(problems, collect.Problem{Part: part, Resource: name, Err: err}) }
	}
	site := &Site{Site: told.Site, Addresses: collect.Canonical(told.Addresses, collect.Address, putAside("address"))}
	var to []string
	for _, a := range told.Attachments {
		to = append(to, a.To)
		switch canonical, err := collect.Attachment(a.To); {
		case err != nil || a.Cost == 0:
		case a.Cost < 0:
			putAside("attachment")(fmt.Errorf("the cost of %s is negative; it is left out", a.To))
		default:
			if site.Costs == nil {
				site.Costs = map[string]float64{}
			}
			site.Costs[canonical] = a.Cost
		}
	}
	site.Attachments = collect.Canonical(to, collect.Attachment, putAside("attachment"))
	return site, problems, nil
}
