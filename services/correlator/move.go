package correlator

import (
	"maps"
	"slices"
)

// mapChange is a network map that was replaced.
type mapChange struct{ was, is *networkMap } // noMap = there was or is none

// moved returns the resources that did not change and may have another place than before.
func (s *State) moved(before network) standings {
	moved := standings{}
	for id := range s.wereMaps {
		c := mapChange{was: noMap, is: noMap}
		if m := before.maps[id]; m != nil {
			c.was = m
		}
		if m := s.network.maps[id]; m != nil {
			c.is = m
		}
		if (c.was == noMap) != (c.is == noMap) { // the first map, or none: why they have no place
			for _, standing := range s.resources {
				if !standing.changed {
					moved[standing] = struct{}{}
				}
			}
			continue
		}
		s.movedBy(c, moved)
	}
	maps.DeleteFunc(moved, func(c *standing, _ struct{}) bool { return c.changed })
	return moved
}

// movedBy adds the resources that have addresses of which other PIDs hold the prefix, attachments that stand for other
// PIDs, or a site of which a PID has come or gone.
func (s *State) movedBy(c mapChange, moved standings) {
	for prefix := range c.was.prefixes.Differing(c.is.prefixes).All() {
		for _, standings := range s.index.addresses.Subnets(prefix) {
			for _, standing := range standings {
				moved[standing] = struct{}{}
			}
		}
	}
	for attachment, attached := range s.index.attached {
		if c.resolvesAnew(attachment) {
			maps.Copy(moved, attached)
		}
	}
	for site, there := range s.index.sites {
		if (c.was.entities[site] == "") != (c.is.entities[site] == "") ||
			slices.ContainsFunc(s.network.sites[site].Attachments, c.resolvesAnew) {
			maps.Copy(moved, there)
		}
	}
}

func (c mapChange) resolvesAnew(attachment string) bool {
	were, foundBy := c.was.resolve(attachment)
	are, findsBy := c.is.resolve(attachment)
	return foundBy != findsBy || !slices.Equal(were, are)
}
