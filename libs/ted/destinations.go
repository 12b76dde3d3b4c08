package ted

import (
	"iter"
	"net/netip"
	"slices"
)

// destinations are the prefixes that are told, and who owns them.
type destinations struct {
	of        map[netip.Prefix]destination
	lengths   [2][129]int                         // by family: how many prefixes have a length
	forwarded map[netip.Addr]map[*object]struct{} // by forwarding address: who tells it
	choices   map[string]*owner                   // by who contends
	stale     bool                                // choices are to be made anew
}

// destination is one prefix.
type destination struct {
	first *object // that counts and tells it; others follow by next
	owner *owner  // nil: nobody
}

// owner is the router that has the best claim to prefixes; of external prefixes the one of
// several that is the nearest for most.
type owner struct {
	pid      *pid
	choice   *choice // nil if there is none
	prefixes int     // that have this choice
}

func newDestinations() destinations {
	return destinations{
		of: map[netip.Prefix]destination{}, forwarded: map[netip.Addr]map[*object]struct{}{}, choices: map[string]*owner{},
	}
}

func (t *destinations) add(o *object) {
	to, known := t.of[o.prefix]
	if !known {
		t.lengths[familyOf(o.prefix)][o.prefix.Bits()]++
	}
	o.next = to.first
	to.first = o
	t.of[o.prefix] = to
	if a := o.forwarding(); a.IsValid() {
		if t.forwarded[a] == nil {
			t.forwarded[a] = map[*object]struct{}{}
		}
		t.forwarded[a][o] = struct{}{}
	}
}

// remove undoes add. A prefix that nobody tells any more goes when it is settled.
func (t *destinations) remove(o *object) {
	to := t.of[o.prefix]
	link := &to.first
	for *link != o {
		link = &(*link).next
	}
	*link, o.next = o.next, nil
	t.of[o.prefix] = to
	if a := o.forwarding(); a.IsValid() {
		if delete(t.forwarded[a], o); len(t.forwarded[a]) == 0 {
			delete(t.forwarded, a)
		}
	}
}

// forwarding is the forwarding address of an external prefix (RFC 2328 §16.4 (3)).
func (o *object) forwarding() netip.Addr {
	if more := o.record().more; more != nil && o.reach().isExternal() {
		return more.forwarding
	}
	return netip.Addr{}
}

// claims yields the claims to a prefix.
func (to destination) claims() iter.Seq[*object] {
	return func(yield func(*object) bool) {
		for o := to.first; o != nil; o = o.next {
			if o.claims && !yield(o) {
				return
			}
		}
	}
}

// telling returns the routers that tell a host prefix as their own.
func (t *destinations) telling(prefix netip.Prefix) []*identity {
	var out []*identity
	for o := t.of[prefix].first; o != nil; o = o.next {
		if p := o.head.place; !p.isPseudonode() && o.reach().own() && !slices.Contains(out, p.identity) {
			out = append(out, p.identity)
		}
	}
	return out
}

// havingHosts yields the routers that tell each host prefix as their own.
func (t *destinations) havingHosts() iter.Seq[[]*identity] {
	return func(yield func([]*identity) bool) {
		for prefix := range t.of {
			if prefix.IsSingleIP() && !yield(t.telling(prefix)) {
				return
			}
		}
	}
}

// settleDestinations judges the claims to prefixes that changed, and gives these owners.
func (d *Database) settleDestinations() {
	d.settleNeighbors()
	changed := d.pending.destinations
	for _, p := range changed {
		for o := d.destinations.of[p].first; o != nil; o = o.next {
			d.judgeClaim(o)
		}
	}
	for _, p := range changed[:len(changed):len(changed)] {
		if p.IsSingleIP() { // it may be a forwarding address
			for o := range d.destinations.forwarded[p.Addr()] {
				changed = append(changed, o.prefix)
			}
		}
	}
	for _, p := range changed {
		d.findDuplicates(p)
		d.settleOwner(p)
		d.addressesChanged(p)
	}
	d.pending.destinations = nil
}

// endsChanged has the prefixes settled again whose forwarding address is one that an interface has got or
// lost.
func (d *Database) endsChanged(ends []mark) {
	for _, m := range ends {
		for o := range d.destinations.forwarded[m.address] {
			d.pending.destinations = append(d.pending.destinations, o.prefix)
		}
		if m.of.pid != nil {
			d.addressChanged(m.of.pid)
		}
	}
}
