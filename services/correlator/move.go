package correlator

import (
	"slices"

	"github.com/gaissmai/bart"
)

// mapChange is a network map that was replaced: nobody else's place can have changed.
type mapChange struct {
	was, is  *networkMap // noMap = there was or is none
	prefixes *bart.Lite  // those that other PIDs hold
}

func (s *State) mapChanges(before network) []mapChange {
	var changes []mapChange
	for id := range s.wereMaps {
		c := mapChange{was: noMap, is: noMap}
		if m := before.maps[id]; m != nil {
			c.was = m
		}
		if m := s.network.maps[id]; m != nil {
			c.is = m
		}
		c.prefixes = c.was.prefixes.Differing(c.is.prefixes)
		changes = append(changes, c)
	}
	return changes
}

// mayMove reports whether a resource may have another place since the change.
func (c mapChange) mayMove(r *resource, sites Sites) bool {
	for _, e := range r.entities {
		if c.prefixes.LookupPrefix(e.addresses) {
			return true
		}
	}
	return slices.ContainsFunc(r.attachments, c.resolvesAnew) ||
		slices.ContainsFunc(sites.of(r).Attachments, c.resolvesAnew) ||
		r.site != nil && (c.was.entities[*r.site] == "") != (c.is.entities[*r.site] == "") ||
		(c.was == noMap) != (c.is == noMap) // the first map, or none: why it has no place
}

func (c mapChange) resolvesAnew(attachment string) bool {
	were, foundBy := c.was.resolve(attachment)
	are, findsBy := c.is.resolve(attachment)
	return foundBy != findsBy || !slices.Equal(were, are)
}
