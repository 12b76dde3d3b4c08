package correlator

import (
	"cmp"
	"encoding/hex"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// Ways in which a PID is found: the values of found_by, in the order in which they
// count.
const (
	foundByAddress = "address" // the entity's own address
	foundByRouter  = "router"  // an attachment that names a router
	foundByPrefix  = "prefix"  // an attachment that is an address or prefix
)

var foundByOrder = []string{foundByAddress, foundByRouter, foundByPrefix}

// networkMap is a network map made ready for look-ups.
type networkMap struct {
	vtag     schemas.VersionTag
	prefixes *alto.PrefixTable
	pids     map[string]struct{}
	routers  map[string][]string // IGP router id in lower-case hex → PIDs
}

// newNetworkMap returns nil for a record that is no whole map.
func newNetworkMap(record *schemas.NetworkMap) *networkMap {
	if record == nil || record.Meta == nil || record.NetworkMap == nil {
		return nil
	}
	m := &networkMap{
		vtag: record.Meta.VTag, prefixes: alto.NewPrefixTable(record.NetworkMap),
		pids: map[string]struct{}{}, routers: map[string][]string{},
	}
	for pid := range record.NetworkMap {
		if pid == alto.DefaultPID {
			continue
		}
		m.pids[pid] = struct{}{}
		if i := strings.LastIndexByte(pid, ':'); i >= 0 {
			m.routers[pid[i+1:]] = append(m.routers[pid[i+1:]], pid)
		}
	}
	return m
}

// holding returns the PID of the longest prefix that holds addresses; ok is false if
// that is the default PID, which is no place.
func (m *networkMap) holding(p netip.Prefix) (pid string, ok bool) {
	pid, _, ok = m.prefixes.LookupPrefix(p)
	return pid, ok && pid != alto.DefaultPID
}

// resolve returns the PIDs that an attachment stands for, and how they were found.
// The attachment is a PID name, a dotted OSPF router id, a dotted IS-IS system id, an
// address or a prefix. A dotted quad is a router id if a router has it, and an
// address otherwise. A router id that occurs in several autonomous systems stands for
// all of them.
func (m *networkMap) resolve(attachment string) (pids []string, foundBy string) {
	if _, ok := m.pids[attachment]; ok {
		return []string{attachment}, foundByRouter
	}
	if pids := m.routers[routerID(attachment)]; len(pids) > 0 {
		return pids, foundByRouter
	}
	if p, ok := parseAddresses(attachment); ok {
		if pid, ok := m.holding(p); ok {
			return []string{pid}, foundByPrefix
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

// place returns where an entity is attached, sorted by network map and PID, and the
// PID of its address in each network map that holds it.
func place(e entity, attachments []string, networkMaps map[string]*networkMap) (found []schemas.Attachment, pids map[string]string) {
	pids = map[string]string{}
	for id, m := range networkMaps {
		if pid, ok := m.holding(e.addresses); ok {
			found = append(found, schemas.Attachment{NetworkMap: id, PID: pid, FoundBy: foundByAddress})
			pids[id] = pid
		}
		for _, attachment := range attachments {
			at, foundBy := m.resolve(attachment)
			for _, pid := range at {
				found = append(found, schemas.Attachment{NetworkMap: id, PID: pid, FoundBy: foundBy})
			}
		}
	}
	slices.SortFunc(found, func(a, b schemas.Attachment) int {
		return cmp.Or(cmp.Compare(a.NetworkMap, b.NetworkMap), cmp.Compare(a.PID, b.PID),
			cmp.Compare(slices.Index(foundByOrder, a.FoundBy), slices.Index(foundByOrder, b.FoundBy)))
	})
	found = slices.CompactFunc(found, func(a, b schemas.Attachment) bool { return a.NetworkMap == b.NetworkMap && a.PID == b.PID })
	for _, a := range found {
		if _, ok := pids[a.NetworkMap]; !ok {
			pids[a.NetworkMap] = a.PID
		}
	}
	return found, pids
}

// vtags returns the version tags of network maps, sorted by resource id.
func vtags(networkMaps map[string]*networkMap) []schemas.VersionTag {
	var tags []schemas.VersionTag
	for _, id := range slices.Sorted(maps.Keys(networkMaps)) {
		tags = append(tags, networkMaps[id].vtag)
	}
	return tags
}
