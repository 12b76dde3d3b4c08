package correlator

import (
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"
)

// index finds the resources that hang on a place of the network.
type index struct {
	addresses bart.Table[[]*standing] // by the addresses and prefixes that they tell
	attached  map[string]standings    // by attachment
	sites     map[string]standings
}

type standings map[*standing]struct{}

func newIndex() *index {
	return &index{attached: map[string]standings{}, sites: map[string]standings{}}
}

// replaceAll takes that resources tell something else.
func (x *index) replaceAll(changed []*standing) {
	for _, c := range changed {
		x.replace(c)
	}
}

// replace takes that a resource tells something else; nil = nothing.
func (x *index) replace(c *standing) {
	if c.was != nil && c.is != nil && c.was.hangsWhere(c.is) {
		return
	}
	if r := c.was; r != nil {
		for _, e := range r.entities {
			x.withdraw(e.addresses, c)
		}
		for _, attachment := range r.attachments {
			withdraw(x.attached, attachment, c)
		}
		if r.site != nil {
			withdraw(x.sites, *r.site, c)
		}
	}
	if r := c.is; r != nil {
		for _, e := range r.entities {
			x.put(e.addresses, c)
		}
		for _, attachment := range r.attachments {
			put(x.attached, attachment, c)
		}
		if r.site != nil {
			put(x.sites, *r.site, c)
		}
	}
}

// hangsWhere reports whether another record of the resource says the same of where it is.
func (r *resource) hangsWhere(other *resource) bool {
	return slices.Equal(r.entities, other.entities) && slices.Equal(r.attachments, other.attachments) && textOf(r.site) == textOf(other.site)
}

func (x *index) put(addresses netip.Prefix, c *standing) {
	x.addresses.Modify(addresses, func(held []*standing, _ bool) ([]*standing, bool) {
		return append(held, c), false
	})
}

func (x *index) withdraw(addresses netip.Prefix, c *standing) {
	x.addresses.Modify(addresses, func(held []*standing, _ bool) ([]*standing, bool) {
		held = slices.DeleteFunc(held, func(other *standing) bool { return other == c })
		return held, len(held) == 0
	})
}

func put(by map[string]standings, place string, c *standing) {
	if by[place] == nil {
		by[place] = standings{}
	}
	by[place][c] = struct{}{}
}

func withdraw(by map[string]standings, place string, c *standing) {
	delete(by[place], c)
	if len(by[place]) == 0 {
		delete(by, place)
	}
}
