package alto

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/altostream/altostream/schemas"
)

// The bodies of the media types application/alto-networkmap+json and
// application/alto-costmap+json. Fields are in the order of their member names, so
// that the text is canonical.
type (
	networkMapBody struct {
		Meta       networkMapMeta   `json:"meta"`
		NetworkMap map[string]group `json:"network-map"`
	}
	networkMapMeta struct {
		VTag vtag `json:"vtag"`
	}
	group struct {
		IPv4 []string `json:"ipv4,omitempty"`
		IPv6 []string `json:"ipv6,omitempty"`
	}
	vtag struct {
		ResourceID string `json:"resource-id"`
		Tag        string `json:"tag"`
	}
	costMapBody struct {
		CostMap CostMap     `json:"cost-map"`
		Meta    costMapMeta `json:"meta"`
	}
	costMapMeta struct {
		CostType       costType `json:"cost-type"`
		DependentVTags []vtag   `json:"dependent-vtags"`
	}
	costType struct {
		CostContext *costContext `json:"cost-context,omitempty"`
		CostMetric  string       `json:"cost-metric"`
		CostMode    string       `json:"cost-mode"`
	}
	costContext struct {
		CostSource string            `json:"cost-source"`
		Parameters map[string]string `json:"parameters,omitempty"`
	}
)

var errNoBody = errors.New("no whole map: meta or body is missing")

// NetworkMapJSON writes a whole network map as the body of its media type (RFC 7285
// §11.2.1): members sorted, empty address families left out.
func NetworkMapJSON(m schemas.NetworkMap) ([]byte, error) {
	if m.Meta == nil || m.NetworkMap == nil {
		return nil, fmt.Errorf("write network map: %w", errNoBody)
	}
	return json.MarshalIndent(networkMapBody{
		Meta:       networkMapMeta{vtag(m.Meta.VTag)},
		NetworkMap: groupsJSON(m.NetworkMap),
	}, "", "  ")
}

func groupsJSON(m NetworkMap) map[string]group {
	groups := make(map[string]group, len(m))
	for pid, g := range m {
		groups[pid] = group{g.IPv4, g.IPv6}
	}
	return groups
}

// ParseNetworkMap reads the body that NetworkMapJSON writes.
func ParseNetworkMap(text []byte) (schemas.NetworkMap, error) {
	var body networkMapBody
	if err := json.Unmarshal(text, &body); err != nil {
		return schemas.NetworkMap{}, fmt.Errorf("read network map: %w", err)
	}
	if body.NetworkMap == nil {
		return schemas.NetworkMap{}, fmt.Errorf("read network map: %w", errNoBody)
	}
	m := schemas.NetworkMap{
		Meta:       &schemas.NetworkMapMeta{VTag: schemas.VersionTag(body.Meta.VTag)},
		NetworkMap: make(NetworkMap, len(body.NetworkMap)),
	}
	for pid, g := range body.NetworkMap {
		m.NetworkMap[pid] = schemas.EndpointAddressGroup{IPv4: g.IPv4, IPv6: g.IPv6}
	}
	return m, nil
}

// CostMapJSON writes a whole cost map as the body of its media type (RFC 7285
// §11.2.3), members sorted.
func CostMapJSON(m schemas.CostMap) ([]byte, error) {
	if m.Meta == nil || m.CostMap == nil {
		return nil, fmt.Errorf("write cost map: %w", errNoBody)
	}
	body := costMapBody{CostMap: m.CostMap, Meta: costMapMeta{
		CostType:       costType{(*costContext)(m.Meta.CostType.CostContext), m.Meta.CostType.CostMetric, m.Meta.CostType.CostMode},
		DependentVTags: []vtag{},
	}}
	for _, v := range m.Meta.DependentVTags {
		body.Meta.DependentVTags = append(body.Meta.DependentVTags, vtag(v))
	}
	return json.MarshalIndent(body, "", "  ")
}

// ParseCostMap reads the body that CostMapJSON writes.
func ParseCostMap(text []byte) (schemas.CostMap, error) {
	var body costMapBody
	if err := json.Unmarshal(text, &body); err != nil {
		return schemas.CostMap{}, fmt.Errorf("read cost map: %w", err)
	}
	if body.CostMap == nil {
		return schemas.CostMap{}, fmt.Errorf("read cost map: %w", errNoBody)
	}
	m := schemas.CostMap{CostMap: body.CostMap, Meta: &schemas.CostMapMeta{
		CostType: schemas.CostType{
			CostMode: body.Meta.CostType.CostMode, CostMetric: body.Meta.CostType.CostMetric,
			CostContext: (*schemas.CostContext)(body.Meta.CostType.CostContext),
		},
	}}
	for _, v := range body.Meta.DependentVTags {
		m.Meta.DependentVTags = append(m.Meta.DependentVTags, schemas.VersionTag(v))
	}
	return m, nil
}
