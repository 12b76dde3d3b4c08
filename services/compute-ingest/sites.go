package computeingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/altostream/altostream/libs/alto"
)

// Sites tells where resources stand, by <name> or <source>|<name>. Nil under a name:
// what is told of it cannot be used.
type Sites map[string]*Site

// Site is where one resource stands.
type Site struct {
	Site        *string
	Addresses   []string // IP addresses and prefixes, canonical, sorted
	Attachments []string // PID names, IGP router ids, addresses and prefixes, sorted
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
func ParseSites(text []byte) (Sites, []Problem, error) {
	named, err := members(text)
	if err != nil {
		return nil, nil, err
	}
	sites := Sites{}
	var problems []Problem
	for _, name := range slices.Sorted(maps.Keys(named)) {
		site, aside, err := parseSite(name, named[name])
		if err != nil {
			problems = append(problems, Problem{"site", name, err})
		}
		problems = append(problems, aside...)
		sites[name] = site
	}
	return sites, problems, nil
}

func parseSite(name string, m member) (*Site, []Problem, error) {
	if m.twice {
		return nil, nil, errors.New("the name is there more than once")
	}
	var told struct {
		Site        *string  `json:"site"`
		Addresses   []string `json:"addresses"`
		Attachments []string `json:"attachments"`
	}
	d := json.NewDecoder(bytes.NewReader(m.value))
	d.DisallowUnknownFields()
	if err := d.Decode(&told); err != nil {
		return nil, nil, fmt.Errorf("is not {site, addresses, attachments}: %w", err)
	}
	var problems []Problem
	site := &Site{Site: told.Site}
	site.Addresses = canonical(told.Addresses, address, func(err error) {
		problems = append(problems, Problem{"address", name, err})
	})
	site.Attachments = canonical(told.Attachments, attachment, func(err error) {
		problems = append(problems, Problem{"attachment", name, err})
	})
	return site, problems, nil
}

// canonical returns the texts that have a canonical form in it, sorted, each once.
func canonical(texts []string, form func(string) (string, error), putAside func(error)) []string {
	var good []string
	for _, text := range texts {
		c, err := form(text)
		if err != nil {
			putAside(err)
			continue
		}
		good = append(good, c)
	}
	slices.Sort(good)
	return slices.Compact(good)
}

// address is the canonical form of an address or a prefix. Host bits are an error:
// 192.0.2.1/24 may mean the host or the network.
func address(text string) (string, error) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		return a.Unmap().String(), nil
	}
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil || p.Addr().Is4In6():
		return "", fmt.Errorf("%q is neither an IP address nor a prefix", clip(text))
	case p != p.Masked():
		return "", fmt.Errorf("%q has host bits; write %s or %s", text, p.Addr(), p.Masked())
	case p.IsSingleIP():
		return p.Addr().String(), nil
	}
	return p.String(), nil
}

// attachment is the canonical form of what a resource may hang on.
func attachment(text string) (string, error) {
	canonical, err := address(text)
	if err != nil && alto.ValidPID(text) == nil {
		return text, nil
	}
	if err != nil {
		return "", fmt.Errorf("%q is no PID name, router id, address or prefix", clip(text))
	}
	return canonical, nil
}
