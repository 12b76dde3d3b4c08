package alto

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/altostream/altostream/schemas"
)

// Canonical returns the canonical form of a network map: in every PID the prefixes
// of each address family without host bits, in the text form of RFC 5952, each one
// once, sorted by address, then by length; an empty address family is nil. A text
// that is not a prefix stays as it is, after all prefixes (CheckNetworkMap reports
// it). The argument is not changed.
func Canonical(m NetworkMap) NetworkMap {
	canonical := make(NetworkMap, len(m))
	for pid, group := range m {
		canonical[pid] = schemas.EndpointAddressGroup{
			IPv4:    canonicalPrefixes(group.IPv4),
			IPv6:    canonicalPrefixes(group.IPv6),
			Members: sortedMembers(group.Members),
		}
	}
	return canonical
}

func sortedMembers(pids []string) []string {
	sorted := slices.Clone(pids)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// prefixText is a prefix as it is written; the prefix is the zero value if the text
// is not one.
type prefixText struct {
	prefix netip.Prefix
	text   string
}

func canonicalPrefixes(texts []string) []string {
	if len(texts) == 0 {
		return nil
	}
	prefixes := make([]prefixText, len(texts))
	for i, text := range texts {
		prefixes[i].text = text
		if p, err := netip.ParsePrefix(text); err == nil {
			prefixes[i] = prefixText{p.Masked(), p.Masked().String()}
		}
	}
	slices.SortFunc(prefixes, comparePrefixTexts)
	prefixes = slices.Compact(prefixes)
	sorted := make([]string, len(prefixes))
	for i, p := range prefixes {
		sorted[i] = p.text
	}
	return sorted
}

func comparePrefixTexts(a, b prefixText) int {
	if a.prefix.IsValid() != b.prefix.IsValid() {
		if a.prefix.IsValid() {
			return -1
		}
		return 1
	}
	return cmp.Or(a.prefix.Compare(b.prefix), cmp.Compare(a.text, b.text))
}
