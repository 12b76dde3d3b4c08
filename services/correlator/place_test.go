package correlator

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/schemas"
)

// PIDs of OSPF routers 1.1.1.1, 2.2.2.2 and 4.4.4.4 in AS 100, of 4.4.4.4 in AS 200
// too, and of an IS-IS router.
const (
	p1, p2, p4, q4 = "pid100:01010101", "pid100:02020202", "pid100:04040404", "pid200:04040404"
	isis           = "pid0:000000000002"
)

func groups() alto.NetworkMap {
	return alto.NetworkMap{
		p1:              {IPv4: []string{"192.168.0.0/16", "10.0.0.0/8"}},
		p2:              {IPv4: []string{"192.168.24.0/24"}, IPv6: []string{"2001:db8:2::/48"}},
		p4:              {IPv4: []string{"192.168.24.128/25", "4.4.4.0/24"}},
		q4:              {},
		isis:            {IPv4: []string{"1.2.3.4/32"}},
		alto.DefaultPID: {IPv4: []string{"0.0.0.0/0"}, IPv6: []string{"::/0"}},
	}
}

func wholeMap(topology string, m alto.NetworkMap) *schemas.NetworkMap {
	return &schemas.NetworkMap{
		Meta:       &schemas.NetworkMapMeta{VTag: schemas.VersionTag{ResourceID: alto.NetworkMapID(topology), Tag: alto.Tag(m)}},
		NetworkMap: m,
	}
}

func TestRecordsThatAreNoWholeMap(t *testing.T) {
	version := int64(7)
	head := wholeMap("default", nil)
	head.Version, head.Parts = &version, &schemas.Parts{Count: 3}
	for name, record := range map[string]*schemas.NetworkMap{
		"gone": nil, "head": head,
		"part":  {NetworkMap: groups(), Version: &version},
		"delta": {Version: &version, Delta: map[string]*schemas.EndpointAddressGroup{p1: nil}},
	} {
		if newNetworkMap(defaultMap, record) != nil {
			t.Errorf("a %s counts as a map", name)
		}
	}
}

func TestResolve(t *testing.T) {
	tests := []struct {
		name, attachment string
		want             []string
		foundBy          string
	}{
		{"PID name", p4, []string{p4}, foundByRouter},
		{"PID without prefixes", q4, []string{q4}, foundByRouter},
		{"PID that is not there", "pid100:09090909", nil, ""},
		{"the default PID is no place", alto.DefaultPID, nil, ""},
		{"OSPF router id", "1.1.1.1", []string{p1}, foundByRouter},
		{"router id of several autonomous systems", "4.4.4.4", []string{p4, q4}, foundByRouter},
		{"dotted quad that no router has is an address", "4.4.4.5", []string{p4}, foundByPrefix},
		{"router before address", "2.2.2.2", []string{p2}, foundByRouter},
		{"IS-IS system id", "0000.0000.0002", []string{isis}, foundByRouter},
		{"IS-IS system id that is not there", "0000.0000.0003", nil, ""},
		{"address", "192.168.24.10", []string{p2}, foundByPrefix},
		{"prefix", "192.168.24.0/24", []string{p2}, foundByPrefix},
		{"longer prefix", "192.168.24.192/26", []string{p4}, foundByPrefix},
		{"shorter prefix", "192.168.0.0/20", []string{p1}, foundByPrefix},
		{"prefix that only the default PID holds", "192.0.2.0/24", nil, ""},
		{"IPv6 prefix", "2001:db8:2:1::/64", []string{p2}, foundByPrefix},
		{"IPv6 address that only the default PID holds", "2001:db8:3::1", nil, ""},
		{"anything else", "rack 7", nil, ""},
		{"nothing", "", nil, ""},
	}
	m := newNetworkMap(defaultMap, wholeMap("default", groups()))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, foundBy := m.resolve(tt.attachment)
			slices.Sort(got)
			if !slices.Equal(got, tt.want) || foundBy != tt.foundBy {
				t.Errorf("%q: got %v by %q, want %v by %q", tt.attachment, got, foundBy, tt.want, tt.foundBy)
			}
		})
	}
}

func TestRouterID(t *testing.T) {
	for text, want := range map[string]string{
		"4.4.4.4": "04040404", "192.168.0.255": "c0a800ff",
		"0000.0000.0002": "000000000002", "1921.68FF.0001": "192168ff0001",
		"": "", "4.4.4": "", "4.4.4.4/32": "", "0000.0000.000g": "", "0000-0000-0002": "",
		"000000000.0002": "", "2001:db8::1": "", p1: "",
	} {
		if got := routerID(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestPlace(t *testing.T) {
	a := "networkmap-a"
	at := func(networkMap, pid, foundBy string) schemas.Attachment {
		return schemas.Attachment{NetworkMap: networkMap, PID: pid, FoundBy: foundBy}
	}
	tests := []struct {
		name        string
		address     string
		attachments []string
		maps        []string // topologies; b has only q4
		found       []schemas.Attachment
		pids        map[string]string
	}{
		{"address", "192.168.24.10", nil, []string{"a"},
			[]schemas.Attachment{at(a, p2, "address")}, map[string]string{a: p2}},
		{"only in the default PID", "192.0.2.1", nil, []string{"a"}, nil, map[string]string{}},
		{"the address has the property, the attachment is beside it", "192.168.24.10", []string{p1}, []string{"a"},
			[]schemas.Attachment{at(a, p1, "router"), at(a, p2, "address")}, map[string]string{a: p2}},
		{"attachments only: the first has the property", "192.0.2.1", []string{p4, "10.1.1.1"}, []string{"a"},
			[]schemas.Attachment{at(a, p1, "prefix"), at(a, p4, "router")}, map[string]string{a: p1}},
		{"one PID by address, router and prefix counts by address", "192.168.24.10", []string{p2, "192.168.24.0/24"}, []string{"a"},
			[]schemas.Attachment{at(a, p2, "address")}, map[string]string{a: p2}},
		{"by router and prefix counts by router", "", []string{"192.168.24.0/24", "2.2.2.2"}, []string{"a"},
			[]schemas.Attachment{at(a, p2, "router")}, map[string]string{a: p2}},
		{"in several network maps", "192.168.24.10", []string{q4}, []string{"b", "a"},
			[]schemas.Attachment{at(a, p2, "address"), at(a, q4, "router"), at("networkmap-b", q4, "router")},
			map[string]string{a: p2, "networkmap-b": q4}},
		{"in no network map", "192.168.24.10", []string{q4}, nil, nil, map[string]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := network{maps: map[string]*networkMap{}}
			for _, topology := range tt.maps {
				m := groups()
				if topology == "b" {
					m = alto.NetworkMap{q4: {}}
				}
				id := alto.NetworkMapID(topology)
				n.maps[id] = newNetworkMap(id, wholeMap(topology, m))
			}
			n.sort()
			r := newResource("static|x", &schemas.ComputeResource{Addresses: strings.Fields(tt.address), Attachments: tt.attachments})
			m := maker{State: &State{network: n}, record: Record{Attachments: n.place(nil, r, r.entities[0])}}
			m.setPIDs()
			record := &m.record
			if diff := cmp.Diff(tt.found, record.Attachments); diff != "" {
				t.Errorf("attachments:\n%s", diff)
			}
			pids := map[string]string{}
			for _, property := range record.Properties {
				pids[strings.TrimSuffix(property.Key, ".pid")] = *property.Value.Text
			}
			if diff := cmp.Diff(tt.pids, pids); diff != "" {
				t.Errorf("PIDs:\n%s", diff)
			}
			for id, m := range n.maps {
				var want []string
				for _, a := range tt.found {
					if a.NetworkMap == id {
						want = append(want, a.PID)
					}
				}
				if diff := cmp.Diff(want, pidsOf(nil, n.in(nil, m, r, r.entities[0])), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("PIDs that count it in %s:\n%s", id, diff)
				}
			}
		})
	}
}

// mapped says that a network map is so, or that there is none.
func mapped(id string, m *schemas.NetworkMap) Event { return Mapped{id, newNetworkMap(id, m)} }
