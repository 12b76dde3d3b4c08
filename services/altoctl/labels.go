package altoctl

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
)

// labels are what people call PIDs: node names (TLV 1026).
type labels map[string]string

// of returns the name of a PID, else its router id as operators write it, else "".
func (l labels) of(pid string) string {
	if name := l[pid]; name != "" {
		return name
	}
	return routerID(pid)
}

// with returns the PID with its name before it.
func (l labels) with(pid string) string { return strings.TrimSpace(l.of(pid) + " " + pid) }

// routerID returns the router id that is in the name of a PID as operators write it: 1.1.1.1 of
// OSPF and BGP, 0000.0000.0001 of IS-IS; "" if there is none.
func routerID(pid string) string {
	_, id, _ := strings.Cut(pid, ":")
	octets, err := hex.DecodeString(id)
	switch {
	case err != nil || !strings.HasPrefix(pid, "pid"):
		return ""
	case len(octets) == 4:
		return netip.AddrFrom4([4]byte(octets)).String()
	case len(octets) == 6:
		return fmt.Sprintf("%s.%s.%s", id[:4], id[4:8], id[8:])
	}
	return ""
}
