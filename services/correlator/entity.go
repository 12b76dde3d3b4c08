package correlator

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// entity is what a record is about.
type entity struct {
	id        string       // RFC 9240 §5.1
	addresses netip.Prefix // not valid for a resource without addresses
}

// entities returns the entities of a resource: one for each of its addresses and
// prefixes, or, if it has none, itself. A text that is neither is left out.
func entities(key string, r *schemas.ComputeResource) []entity {
	var found []entity
	for _, text := range r.Addresses {
		if p, ok := parseAddresses(text); ok {
			found = append(found, entity{addressEntity(r.Topology, p), p})
		}
	}
	if found == nil {
		found = []entity{{id: aneEntity(key)}}
	}
	return found
}

// parseAddresses reads an address or a prefix. IPv4-mapped IPv6 is IPv4.
func parseAddresses(text string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), a.Zone() == ""
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	if p.Addr().Is4In6() {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), p.IsValid()
}

// addressEntity names an entity of the domains ipv4 and ipv6, or, if its addresses are of
// one topology only, of these domains of its network map: there the same address may be
// another endpoint (RFC 9240 §5.1.2.1). A prefix of full length is the address (§6.1.1.2,
// §6.1.2.2).
func addressEntity(topology *string, p netip.Prefix) string {
	id := "ipv6:"
	if p.Addr().Is4() {
		id = "ipv4:"
	}
	if p.IsSingleIP() {
		id += p.Addr().String()
	} else {
		id += p.String()
	}
	if topology != nil {
		id = alto.NetworkMapID(*topology) + "." + id
	}
	return id
}

// pidEntity names the entity of a PID (RFC 9240 §6.2).
func pidEntity(networkMap, pid string) string { return networkMap + ".pid:" + pid }

const (
	maxANENameLength = 64 // RFC 9275 §6.1
	hashLength       = 8
)

// aneEntity names a resource in the domain ane of the table itself (RFC 9240 §5.1.2,
// RFC 9275 §6.1): <source>.<name>. Where that is no ANE name (its alphabet is that of
// PID names), or another resource could have it as well (a source with a dot), it
// ends in a hash of the key: so no resource's name depends on which others exist.
func aneEntity(key string) string {
	source, name, _ := strings.Cut(key, "|")
	return aneName(source+"."+name, key, strings.Contains(source, "."))
}

// siteEntity names a site in the same domain. A name that a resource could have as well
// ends in a hash.
func siteEntity(site string) string { return aneName(site, site, strings.Contains(site, ".")) }

func aneName(plain, key string, ambiguous bool) string {
	clean := strings.Map(aneCharacter, plain)
	if clean != plain || len(clean) > maxANENameLength || ambiguous {
		sum := sha256.Sum256([]byte(key))
		clean = clean[:min(len(clean), maxANENameLength-hashLength-1)] + "-" + hex.EncodeToString(sum[:hashLength/2])
	}
	return ".ane:" + clean
}

func aneCharacter(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune(".-:@_", r):
		return r
	}
	return '-'
}
