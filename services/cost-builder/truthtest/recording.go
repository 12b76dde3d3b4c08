// Package truthtest holds maps against what the routers of a real network did: the format of
// the recordings in testdata/truth (see the README there), a player for what their
// exporters told, and the comparison of the maps with the routers' own tables.
//
//	recording.go  the format of states.json
//	player.go     what exporters tell becomes a database
//	compare.go    the database against the tables
package truthtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Recording is a states.json.
type Recording struct {
	Scenario  string                 `json:"scenario"`
	Export    string                 `json:"export"`
	ASN       uint32                 `json:"asn"`
	Exporters map[string]string      `json:"exporters"` // peer addresses by router
	Routers   map[string]RouterNames `json:"routers"`
	States    []State                `json:"states"`
}

// RouterNames is how the IGPs call a router.
type RouterNames struct {
	OSPF      string `json:"ospf,omitempty"` // router id
	ISIS      string `json:"isis,omitempty"` // system id
	Loopback  string `json:"loopback"`
	Loopback6 string `json:"loopback6"`
}

// Costs holds costs by the router a path begins at and the one it ends at.
type Costs map[string]map[string]float64

// State is what the routers' tables said after an event. Its times are microseconds
// since 1970.
type State struct {
	Event   string `json:"event"`
	EventAt int64  `json:"event_at,omitempty"`
	At      int64  `json:"at"`
	Tables         // IPv4

	Costs6       Costs       `json:"costs6,omitempty"`
	Default6     Costs       `json:"default6,omitempty"`
	Several6     Several     `json:"default6_several,omitempty"`
	Unreachable6 [][2]string `json:"unreachable6,omitempty"`

	// Hops holds how many links packets of IPv4 take at least, where one cost is right.
	Hops Costs `json:"hops,omitempty"`

	NotTold     [][2]string                    `json:"not_told,omitempty"`
	PrefixOwner map[string]map[string][]string `json:"prefix_owner,omitempty"`
}

// Tables is what the routers' tables of an address family say.
type Tables struct {
	Costs       Costs       `json:"costs"`
	Default     Costs       `json:"default"`
	Several     Several     `json:"default_several,omitempty"`
	Unreachable [][2]string `json:"unreachable"`
}

// Several holds the costs of default routes with several next hops; nil is a way that
// does not get there.
type Several map[string]map[string][]*float64

// Load reads the states.json of a folder.
func Load(folder string) (Recording, error) {
	var r Recording
	text, err := os.ReadFile(filepath.Join(folder, "states.json"))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

// name is the router that a PID's name ends with.
func (r Recording) name(pid string) string {
	_, id, _ := strings.Cut(pid, ":")
	for name, names := range r.Routers {
		if id == hexadecimal(names.OSPF) || id == strings.ReplaceAll(names.ISIS, ".", "") {
			return name
		}
	}
	return pid
}

// hexadecimal is an OSPF router id as a PID's name has it.
func hexadecimal(id string) string {
	var text strings.Builder
	for octet := range strings.SplitSeq(id, ".") {
		if n, err := strconv.Atoi(octet); err == nil {
			text.WriteString(strconv.FormatInt(0x100+int64(n), 16)[1:])
		}
	}
	return text.String()
}
