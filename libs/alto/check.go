package alto

import (
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
)

// CheckNetworkMap tells what makes a network map invalid by RFC 7285 §11.2.2: a
// name that is no PID name, a text that is no prefix of its address family, one
// prefix in two PIDs, or an address family whose whole space no PID holds (as
// 0.0.0.0/0 or ::/0, the way that the RFC recommends).
func CheckNetworkMap(m NetworkMap) error {
	owners := map[netip.Prefix]string{}
	for _, pid := range slices.Sorted(maps.Keys(m)) {
		if err := ValidPID(pid); err != nil {
			return err
		}
		if err := claim(owners, pid, m[pid].IPv4, true); err != nil {
			return err
		}
		if err := claim(owners, pid, m[pid].IPv6, false); err != nil {
			return err
		}
	}
	for _, whole := range []netip.Prefix{
		netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0),
	} {
		if _, held := owners[whole]; !held && familyOccurs(owners, whole.Addr().Is4()) {
			return fmt.Errorf("no PID holds %s", whole)
		}
	}
	return nil
}

func familyOccurs(owners map[netip.Prefix]string, is4 bool) bool {
	for prefix := range owners {
		if prefix.Addr().Is4() == is4 {
			return true
		}
	}
	return false
}

// claim enters the prefixes of one PID and address family into owners.
func claim(owners map[netip.Prefix]string, pid string, texts []string, is4 bool) error {
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return fmt.Errorf("PID %s: %w", pid, err)
		}
		if prefix.Addr().Is4() != is4 {
			return fmt.Errorf("PID %s: prefix %s is of the other address family", pid, text)
		}
		prefix = prefix.Masked()
		if owner, held := owners[prefix]; held && owner != pid {
			return fmt.Errorf("prefix %s is in PID %s and in PID %s", prefix, owner, pid)
		}
		owners[prefix] = pid
	}
	return nil
}

// CheckCostMap tells what makes a cost map invalid for the network map that it
// depends on (RFC 7285 §11.2.3): a source or destination that is no PID of the
// network map, or a cost that is no number from 0 up. It also asks for what the RFC
// leaves open: a row for every PID, and cost 0 from a PID to itself.
func CheckCostMap(c CostMap, m NetworkMap) error {
	for _, source := range slices.Sorted(maps.Keys(m)) {
		row, ok := c[source]
		if !ok {
			return fmt.Errorf("no costs from PID %s", source)
		}
		if cost, ok := row[source]; !ok || cost != 0 {
			return fmt.Errorf("the cost from PID %s to itself is not 0", source)
		}
	}
	for _, source := range slices.Sorted(maps.Keys(c)) {
		if _, ok := m[source]; !ok {
			return fmt.Errorf("source PID %s is not in the network map", source)
		}
		if err := checkRow(source, c[source], m); err != nil {
			return err
		}
	}
	return nil
}

func checkRow(source string, row map[string]float64, m NetworkMap) error {
	for _, destination := range slices.Sorted(maps.Keys(row)) {
		if _, ok := m[destination]; !ok {
			return fmt.Errorf("destination PID %s is not in the network map", destination)
		}
		if cost := row[destination]; !(cost >= 0) || math.IsInf(cost, 1) {
			return fmt.Errorf("the cost from PID %s to PID %s is %v", source, destination, cost)
		}
	}
	return nil
}
