package mapbuilder

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// Grouping is a file that says which further network maps there are.
type Grouping struct {
	Views []View `yaml:"views"`
}

// View is a network map whose PIDs are groups of routers.
type View struct {
	// Name is the last part of the resource id, networkmap-<topology>-<name>.
	Name string `yaml:"name"`
	// Topologies are those that the view is made of; none = all.
	Topologies []string `yaml:"topologies"`
	// Cost says which of the costs between the routers of two groups is theirs: least (if not
	// given), mean or greatest.
	Cost string `yaml:"cost"`
	// Groups are tried in their order: the first that a router fits is its.
	Groups []Group `yaml:"groups"`
}

// Group is a rule that puts routers into a PID. All conditions that are given must hold.
type Group struct {
	// PID may have $1 or ${name} for what NodeName captured.
	PID string `yaml:"pid"`
	// NodeName is a regular expression (RE2) that a node name (TLV 1026) matches.
	NodeName string `yaml:"node_name"`
	// RouterID is a router id, or a prefix that one is in.
	RouterID string `yaml:"router_id"`
	// Area is an OSPF area as a dotted quad or an IS-IS area address such as 49.0001.
	Area string `yaml:"area"`
	// Prefix covers a prefix that the router has in its own area or level.
	Prefix string `yaml:"prefix"`
	// Tag is a route tag (TLVs 1153, 1154) of a prefix that the router tells.
	Tag string `yaml:"tag"`

	name    *regexp.Regexp
	ids     netip.Prefix // of RouterID, if it is a prefix
	covered netip.Prefix // of Prefix
}

// Ungrouped is the PID of the routers that fit no group.
const Ungrouped = "ungrouped"

// ReadGrouping reads a file. An error says where it is wrong.
func ReadGrouping(file string) (*Grouping, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	g, err := ParseGrouping(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return g, nil
}

// ParseGrouping reads the text of a file.
func ParseGrouping(text []byte) (*Grouping, error) {
	var g Grouping
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&g); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(g.Views) == 0 {
		return nil, errors.New("it has no views")
	}
	for i := range g.Views {
		v := &g.Views[i]
		if err := v.prepare(); err != nil {
			return nil, fmt.Errorf("view %d (%s): %w", i+1, v.Name, err)
		}
		if slices.ContainsFunc(g.Views[:i], func(other View) bool { return other.Name == v.Name }) {
			return nil, fmt.Errorf("view %d (%s): the name is given twice", i+1, v.Name)
		}
	}
	return &g, nil
}

func (v *View) prepare() error {
	if err := alto.ValidView(v.Name); err != nil {
		return err
	}
	if v.Cost == "" {
		v.Cost = alto.Least
	}
	if !slices.Contains(alto.Aggregates, v.Cost) {
		return fmt.Errorf("cost: %q is none of %s", v.Cost, strings.Join(alto.Aggregates, ", "))
	}
	if len(v.Groups) == 0 {
		return errors.New("it has no groups")
	}
	for i := range v.Groups {
		if err := v.Groups[i].prepare(); err != nil {
			return fmt.Errorf("group %d: %w", i+1, err)
		}
	}
	return nil
}

func (g *Group) prepare() error {
	switch {
	case g.PID == "":
		return errors.New("it has no pid")
	case g.PID == alto.DefaultPID || g.PID == Ungrouped:
		return fmt.Errorf("pid: %s is the name of another PID", g.PID)
	case g.NodeName == "" && g.RouterID == "" && g.Area == "" && g.Prefix == "" && g.Tag == "":
		return errors.New("it has no condition: one of node_name, router_id, area, prefix, tag")
	}
	if g.NodeName == "" || !strings.Contains(g.PID, "$") {
		if err := alto.ValidPID(g.PID); err != nil {
			return fmt.Errorf("pid: %w", err)
		}
	}
	var err error
	if g.NodeName != "" {
		if g.name, err = regexp.Compile(g.NodeName); err != nil {
			return fmt.Errorf("node_name: %w", err)
		}
	}
	if strings.Contains(g.RouterID, "/") {
		if g.ids, err = netip.ParsePrefix(g.RouterID); err != nil {
			return fmt.Errorf("router_id: %w", err)
		}
	}
	if g.Prefix != "" {
		if g.covered, err = netip.ParsePrefix(g.Prefix); err != nil {
			return fmt.Errorf("prefix: %w", err)
		}
	}
	return nil
}

// of tells whether the view is made of a topology.
func (v *View) of(topology string) bool {
	return len(v.Topologies) == 0 || slices.Contains(v.Topologies, topology)
}

// meta is how records name the view.
func (v *View) meta(topology string) *schemas.View {
	return &schemas.View{Topology: topology, Name: v.Name, Cost: v.Cost}
}

// pid returns the PID of a router; Ungrouped if it fits no group.
func (v *View) pid(r ted.Router) string {
	for i := range v.Groups {
		if pid, ok := v.Groups[i].pid(r); ok {
			return pid
		}
	}
	return Ungrouped
}

func (g *Group) pid(r ted.Router) (pid string, ok bool) {
	switch {
	case g.RouterID != "" && !slices.ContainsFunc(r.IDs, g.isID),
		g.Area != "" && !slices.Contains(r.Areas, g.Area),
		g.Tag != "" && !slices.Contains(r.Tags, g.Tag),
		g.Prefix != "" && !slices.ContainsFunc(r.Prefixes, g.covers):
		return "", false
	case g.name == nil:
		return g.PID, true
	}
	for _, name := range r.Names {
		if match := g.name.FindStringSubmatchIndex(name); match != nil {
			pid := string(g.name.ExpandString(nil, g.PID, name, match))
			return pid, alto.ValidPID(pid) == nil && pid != alto.DefaultPID
		}
	}
	return "", false
}

func (g *Group) isID(id string) bool {
	if !g.ids.IsValid() {
		return id == g.RouterID
	}
	address, err := netip.ParseAddr(id)
	return err == nil && g.ids.Contains(address)
}

func (g *Group) covers(p netip.Prefix) bool {
	return g.covered.Bits() <= p.Bits() && g.covered.Contains(p.Addr())
}
