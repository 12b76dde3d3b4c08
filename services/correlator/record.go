package correlator

import (
	"strings"

	"github.com/altostream/altostream/schemas"
)

// properties returns the record of an entity of a compute resource.
func properties(e entity, key string, r *schemas.ComputeResource, networkMaps map[string]*networkMap) *schemas.EndpointProperties {
	record := &schemas.EndpointProperties{Entity: e.id, Properties: computeProperties(key, r)}
	if !e.addresses.IsValid() && len(r.Attachments) == 0 {
		reason := "no address"
		record.Reason = &reason
		return record
	}
	var pids map[string]string
	record.Attachments, pids = place(e, r.Attachments, networkMaps)
	for id, pid := range pids {
		record.Properties[id+".pid"] = pid
	}
	record.DependentVTags = vtags(networkMaps)
	record.Placed = len(record.Attachments) > 0
	if !record.Placed {
		reason := whyNotPlaced(e, r.Attachments, networkMaps)
		record.Reason = &reason
	}
	return record
}

// whyNotPlaced says why an entity with addresses or attachments has no PID.
func whyNotPlaced(e entity, attachments []string, networkMaps map[string]*networkMap) string {
	if len(networkMaps) == 0 {
		return "no network map"
	}
	var reasons []string
	if e.addresses.IsValid() {
		_, text, _ := strings.Cut(e.id, ":")
		reasons = append(reasons, text+" is in no PID's prefix")
	}
	for _, attachment := range attachments {
		reasons = append(reasons, "attachment "+attachment+" is no PID, router or address of a network map")
	}
	return strings.Join(reasons, "; ")
}

// computeProperties returns what the resource tells of itself, under private names
// (RFC 9240 §5.2.1): priv:<field of compute_resources>, in the units there.
func computeProperties(key string, r *schemas.ComputeResource) map[string]any {
	source, name, _ := strings.Cut(key, "|")
	p := map[string]any{"priv:source": source, "priv:name": name}
	if r.Site != nil {
		p["priv:site"] = *r.Site
	}
	for field, value := range map[string]*float64{
		"disk_available": r.DiskAvailable, "disk_used": r.DiskUsed,
		"ram_available": r.RAMAvailable, "ram_used": r.RAMUsed,
		"vcpu_available": r.VCPUAvailable, "vcpu_used": r.VCPUUsed,
	} {
		if value != nil {
			p["priv:"+field] = *value
		}
	}
	if r.Instances != nil {
		p["priv:instances"] = float64(*r.Instances)
	}
	return p
}
