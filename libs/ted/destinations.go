package ted

import (
	"bytes"
	"cmp"
	"iter"
	"net/netip"
	"slices"
)

// destinations are the prefixes that are told, and who owns them.
type destinations struct {
	ipv4      map[ipv4Key]*destination
	ipv6      map[prefixKey]*destination
	lengths   [2][129]int                         // by family: how many prefixes have a length
	forwarded map[netip.Addr]map[*object]struct{} // by forwarding address: who tells it
	choices   map[string]*owner                   // by who contends
	stale     bool                                // choices are to be made anew
}

// destination is one prefix.
type destination struct {
	key    prefixKey
	queued bool
	told   int32   // by how many objects, also such as do not count
	first  *object // that counts and tells it; others follow by next
	owner  *owner  // nil: nobody
}

// prefixKey is a prefix in little room, for there may be a million: the octets of the address as
// IPv6, and the length.
type prefixKey [18]byte

func keyOfPrefix(p netip.Prefix) (k prefixKey) {
	octets := p.Addr().As16()
	copy(k[:], octets[:])
	k[16] = byte(p.Bits())
	if p.Addr().Is4() {
		k[17] = 4
	}
	return k
}

// ipv4Key is a prefix of IPv4 in even less.
type ipv4Key struct {
	address [4]byte
	bits    byte
}

func (k *prefixKey) ipv4() ipv4Key { return ipv4Key{[4]byte(k[12:16]), k[16]} }

func (t *destination) prefix() netip.Prefix {
	a := netip.AddrFrom16([16]byte(t.key[:16]))
	if t.key[17] == 4 {
		a = a.Unmap()
	}
	return netip.PrefixFrom(a, int(t.key[16]))
}

// compare orders destinations: IPv4 before IPv6, by address, then by length.
func (t *destination) compare(other *destination) int {
	return cmp.Or(cmp.Compare(t.family(), other.family()), bytes.Compare(t.key[:17], other.key[:17]))
}

func (t *destination) family() family {
	if t.key[17] == 4 {
		return ip4
	}
	return ip6
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
		ipv4: map[ipv4Key]*destination{}, ipv6: map[prefixKey]*destination{}, forwarded: map[netip.Addr]map[*object]struct{}{}, choices: map[string]*owner{},
	}
}

// to returns the destination of a prefix, one more object of which is told.
func (t *destinations) to(p netip.Prefix) *destination {
	to := t.lookup(p)
	if to == nil {
		to = &destination{key: keyOfPrefix(p)}
		if to.family() == ip4 {
			t.ipv4[to.key.ipv4()] = to
		} else {
			t.ipv6[to.key] = to
		}
		t.lengths[to.family()][p.Bits()]++
	}
	to.told++
	return to
}

// release undoes to.
func (t *destinations) release(to *destination) {
	if to.told--; to.told == 0 {
		if to.family() == ip4 {
			delete(t.ipv4, to.key.ipv4())
		} else {
			delete(t.ipv6, to.key)
		}
		t.lengths[to.family()][to.key[16]]--
	}
}

// lookup returns the destination of a prefix, nil if nobody tells it.
func (t *destinations) lookup(p netip.Prefix) *destination {
	if p.Addr().Is4() {
		return t.ipv4[ipv4Key{p.Addr().As4(), byte(p.Bits())}]
	}
	return t.ipv6[keyOfPrefix(p)]
}

// all yields the destinations in any order.
func (t *destinations) all() iter.Seq[*destination] {
	return func(yield func(*destination) bool) {
		for _, to := range t.ipv4 {
			if !yield(to) {
				return
			}
		}
		for _, to := range t.ipv6 {
			if !yield(to) {
				return
			}
		}
	}
}

// add takes in an object that counts.
func (t *destinations) add(o *object) {
	o.next, o.to.first = o.to.first, o
	if a := o.forwarding(); a.IsValid() {
		if t.forwarded[a] == nil {
			t.forwarded[a] = map[*object]struct{}{}
		}
		t.forwarded[a][o] = struct{}{}
	}
}

// remove undoes add.
func (t *destinations) remove(o *object) {
	link := &o.to.first
	for *link != o {
		link = &(*link).next
	}
	*link, o.next = o.next, nil
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

// objects yields what counts and tells the prefix; there is none of the nil destination.
func (t *destination) objects() iter.Seq[*object] {
	return func(yield func(*object) bool) {
		if t == nil {
			return
		}
		for o := t.first; o != nil; o = o.next {
			if !yield(o) {
				return
			}
		}
	}
}

// claims yields the claims to the prefix.
func (t *destination) claims() iter.Seq[*object] {
	return func(yield func(*object) bool) {
		for o := range t.objects() {
			if o.claims && !yield(o) {
				return
			}
		}
	}
}

// tellers returns the routers that tell the prefix as their own.
func (t *destination) tellers() []*identity {
	var out []*identity
	for o := range t.objects() {
		if p := o.head.place; !p.isPseudonode() && o.reach().own() && !slices.Contains(out, p.identity) {
			out = append(out, p.identity)
		}
	}
	return out
}

// havingHosts yields the routers that tell each host prefix as their own.
func (t *destinations) havingHosts() iter.Seq[[]*identity] {
	return func(yield func([]*identity) bool) {
		for to := range t.all() {
			if to.prefix().IsSingleIP() && !yield(to.tellers()) {
				return
			}
		}
	}
}

// touch has a prefix settled again.
func (d *Database) touch(to *destination) {
	if !to.queued {
		to.queued = true
		d.pending.destinations = append(d.pending.destinations, to)
	}
}

// settleDestinations judges the claims to prefixes that changed, and gives these owners.
func (d *Database) settleDestinations() {
	d.settleNeighbors()
	for _, to := range d.pending.destinations {
		for o := range to.objects() {
			d.judgeClaim(o)
		}
	}
	if len(d.destinations.forwarded) > 0 {
		for _, to := range slices.Clone(d.pending.destinations) {
			if p := to.prefix(); p.IsSingleIP() { // it may be a forwarding address
				d.touchForwarded(p.Addr())
			}
		}
	}
	for _, to := range d.pending.destinations {
		to.queued = false
		d.findDuplicates(to)
		d.settleOwner(to)
		d.addressesChanged(to)
	}
	d.pending.destinations = nil
}

func (d *Database) touchForwarded(a netip.Addr) {
	for o := range d.destinations.forwarded[a] {
		d.touch(o.to)
	}
}
