package correlator

import (
	"cmp"
	"encoding/hex"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// Ways in which a PID is found: the values of found_by, in the order in which they
// count.
const (
	foundByAddress = "address" // the entity's own address
	foundByRouter  = "router"  // an attachment that names a router
	foundByPrefix  = "prefix"  // an attachment that is an address or prefix
	foundBySite    = "site"    // a PID that is named as the site
)

var foundByOrder = []string{foundByAddress, foundByRouter, foundByPrefix, foundBySite}

// networkMap is a network map made ready for look-ups. It does not change.
type networkMap struct {
	id         string
	vtag       schemas.VersionTag
	staleSince *time.Time
	prefixes   *alto.PrefixTable
	entities   map[string]string   // PID → its entity id
	property   string              // of endpoints: their PID in it
	routers    map[string][]string // IGP router id in lower-case hex → PIDs
}

var noMap = &networkMap{prefixes: alto.NewPrefixTable(nil)}

// newNetworkMap returns nil for a record that is no whole map.
func newNetworkMap(id string, record *schemas.NetworkMap) *networkMap {
	if record == nil || record.Meta == nil || record.NetworkMap == nil {
		return nil
	}
	m := &networkMap{
		id: id, vtag: record.Meta.VTag, staleSince: record.Meta.StaleSince,
		prefixes: alto.NewPrefixTable(record.NetworkMap), entities: map[string]string{}, routers: map[string][]string{},
		property: id + ".pid",
	}
	for pid := range record.NetworkMap {
		if pid == alto.DefaultPID {
			continue
		}
		m.entities[pid] = pidEntity(id, pid)
		if i := strings.LastIndexByte(pid, ':'); i >= 0 {
			m.routers[pid[i+1:]] = append(m.routers[pid[i+1:]], pid)
		}
	}
	for _, pids := range m.routers {
		slices.Sort(pids)
	}
	return m
}

// covers reports whether resources of a topology may be placed in the map: nil = in any.
// It is the topology's map, or one of its views.
func (m *networkMap) covers(topology *string) bool {
	if topology == nil {
		return true
	}
	rest, ok := strings.CutPrefix(m.id, alto.NetworkMapID(*topology))
	return ok && (rest == "" || rest[0] == '-')
}

// holding returns the PIDs of the longest prefix that holds addresses, sorted; the
// default PID is no place.
func (m *networkMap) holding(p netip.Prefix) []string {
	pids := m.prefixes.Holders(p)
	if i := slices.Index(pids, alto.DefaultPID); i >= 0 {
		return slices.Concat(pids[:i], pids[i+1:])
	}
	return pids
}

// resolve returns the PIDs that an attachment stands for, and how they were found.
// The attachment is a PID name, a dotted OSPF router id, a dotted IS-IS system id, an
// address or a prefix. A dotted quad is a router id if a router has it, and an
// address otherwise. A router id that occurs in several autonomous systems stands for
// all of them.
func (m *networkMap) resolve(attachment string) (pids []string, foundBy string) {
	if _, ok := m.entities[attachment]; ok {
		return []string{attachment}, foundByRouter
	}
	if pids := m.routers[routerID(attachment)]; len(pids) > 0 {
		return pids, foundByRouter
	}
	if p, ok := parseAddresses(attachment); ok {
		if pids := m.holding(p); len(pids) > 0 {
			return pids, foundByPrefix
		}
	}
	return nil, ""
}

// routerID returns the IGP router id in lower-case hex that a text stands for: an OSPF
// router id such as 4.4.4.4 or an IS-IS system id such as 0000.0000.0002; "" for any
// other text.
func routerID(text string) string {
	if a, err := netip.ParseAddr(text); err == nil && a.Is4() {
		return hex.EncodeToString(a.AsSlice())
	}
	const systemID = len("0000.0000.0002")
	if len(text) != systemID || text[4] != '.' || text[9] != '.' {
		return ""
	}
	octets, err := hex.DecodeString(text[:4] + text[5:9] + text[10:])
	if err != nil {
		return ""
	}
	return hex.EncodeToString(octets)
}

// network is the network maps and what the operator says of sites.
type network struct {
	maps  map[string]*networkMap // by resource id
	order []*networkMap          // the same, sorted
	sites Sites
}

// sort brings the order up to what the maps are.
func (n *network) sort() {
	n.order = slices.SortedFunc(maps.Values(n.maps), func(a, b *networkMap) int { return cmp.Compare(a.id, b.id) })
}

// in appends where an entity of a resource is attached in one network map, sorted by PID.
func (n network) in(found []schemas.Attachment, m *networkMap, r *resource, e entity) []schemas.Attachment {
	if !m.covers(r.topology) {
		return found
	}
	before := len(found)
	add := func(pids []string, foundBy string, cost *float64) {
		for _, pid := range pids {
			found = append(found, schemas.Attachment{NetworkMap: m.id, PID: pid, FoundBy: foundBy, Cost: cost})
		}
	}
	attach := func(attachment string, costs map[string]float64) {
		pids, foundBy := m.resolve(attachment)
		var told *float64
		if cost, ok := costs[attachment]; ok {
			told = &cost
		}
		add(pids, foundBy, told)
	}
	add(m.holding(e.addresses), foundByAddress, nil)
	for _, attachment := range r.attachments {
		attach(attachment, r.costs)
	}
	site := n.sites.of(r)
	for _, attachment := range site.Attachments {
		attach(attachment, site.Costs)
	}
	if len(found) == before && r.site != nil {
		if _, ok := m.entities[*r.site]; ok {
			add([]string{*r.site}, foundBySite, nil)
		}
	}
	return append(found[:before], distinct(found[before:])...)
}

// distinct sorts attachments by network map and PID, and makes one of those that are the
// same: found in the way that comes first, at the least cost that is told.
func distinct(found []schemas.Attachment) []schemas.Attachment {
	if len(found) < 2 {
		return found
	}
	slices.SortFunc(found, func(a, b schemas.Attachment) int {
		return cmp.Or(cmp.Compare(a.NetworkMap, b.NetworkMap), cmp.Compare(a.PID, b.PID),
			cmp.Compare(slices.Index(foundByOrder, a.FoundBy), slices.Index(foundByOrder, b.FoundBy)))
	})
	kept := found[:1]
	for _, a := range found[1:] {
		last := &kept[len(kept)-1]
		if a.NetworkMap != last.NetworkMap || a.PID != last.PID {
			kept = append(kept, a)
			continue
		}
		if last.Cost == nil || a.Cost != nil && *a.Cost < *last.Cost {
			last.Cost = a.Cost
		}
	}
	return kept
}

// place appends where an entity is attached, sorted by network map and PID.
func (n network) place(found []schemas.Attachment, r *resource, e entity) []schemas.Attachment {
	for _, m := range n.order {
		found = n.in(found, m, r, e)
	}
	return found
}

// pidsOf appends the PIDs of attachments in one network map, sorted.
func pidsOf(pids []string, found []schemas.Attachment) []string {
	for _, a := range found {
		pids = append(pids, a.PID)
	}
	slices.Sort(pids)
	return slices.Compact(pids)
}
