package correlator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// Sites says where sites hang on the network, by name: what is said of a site holds for all of
// its resources, whatever source tells them.
type Sites map[string]Site

// Site is where one site hangs on the network.
type Site struct {
	// Attachments are PID names, IGP router ids, addresses and prefixes; more than one =
	// multi-homed.
	Attachments []string `json:"attachments"`
	// Costs are those of attachments themselves, in routingcost units.
	Costs map[string]float64 `json:"costs"`
}

// Decode reads the file of a name (envconfig).
func (s *Sites) Decode(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	sites, err := ParseSites(text)
	*s = sites
	return err
}

// ParseSites reads the JSON text of a sites file.
func ParseSites(text []byte) (Sites, error) {
	var sites Sites
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&sites); err != nil {
		return nil, fmt.Errorf(`is not {"<site>": {"attachments": […], "costs": {"<attachment>": number}}}: %w`, err)
	}
	for name, site := range sites {
		for attachment, cost := range site.Costs {
			if cost < 0 {
				return nil, fmt.Errorf("site %s: the cost of attachment %s is negative", name, attachment)
			}
		}
	}
	return sites, nil
}

// of returns what is said of a resource's site.
func (s Sites) of(r *resource) Site {
	if len(s) == 0 || r.site == nil {
		return Site{}
	}
	return s[*r.site]
}
