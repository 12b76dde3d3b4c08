package schemas

import "time"

// ComputeResource is the value of compute_resources. Disk is GB, memory MB.
type ComputeResource struct {
	Source          string                 `avro:"source"`
	Kind            string                 `avro:"kind"`
	Name            string                 `avro:"name"`
	Site            *string                `avro:"site"`
	Addresses       []string               `avro:"addresses"`
	Attachments     []string               `avro:"attachments"`
	DiskAvailable   *float64               `avro:"disk_available"`
	DiskUsed        *float64               `avro:"disk_used"`
	RAMAvailable    *float64               `avro:"ram_available"`
	RAMUsed         *float64               `avro:"ram_used"`
	VCPUAvailable   *float64               `avro:"vcpu_available"`
	VCPUUsed        *float64               `avro:"vcpu_used"`
	Instances       *int64                 `avro:"instances"`
	Capacity        *Amounts               `avro:"capacity"`
	Reserved        *Amounts               `avro:"reserved"`
	AllocationRatio *Amounts               `avro:"allocation_ratio"`
	Allocatable     *Amounts               `avro:"allocatable"`
	Allocated       *Amounts               `avro:"allocated"`
	MeasuredUse     *Amounts               `avro:"measured_use"`
	Classes         map[string]ClassAmount `avro:"classes"`
	ObservedAt      time.Time              `avro:"observed_at"`
}

// Amounts is one amount per resource class: GB, MB, virtual CPUs.
type Amounts struct {
	Disk *float64 `avro:"disk"`
	RAM  *float64 `avro:"ram"`
	VCPU *float64 `avro:"vcpu"`
}

// ClassAmount is the amount of a further resource class, in its own unit.
type ClassAmount struct {
	Available *float64 `avro:"available"`
	Used      *float64 `avro:"used"`
}

// EndpointProperties is the value of endpoint-properties (RFC 9240).
type EndpointProperties struct {
	Entity         string         `avro:"entity"`
	Properties     map[string]any `avro:"properties"` // values are string or float64
	Attachments    []Attachment   `avro:"attachments"`
	DependentVTags []VersionTag   `avro:"dependent_vtags"`
	Placed         bool           `avro:"placed"`
	Reason         *string        `avro:"reason"`
}

// Attachment is a place of the network that an endpoint hangs on.
type Attachment struct {
	NetworkMap string   `avro:"network_map"`
	PID        string   `avro:"pid"`
	FoundBy    string   `avro:"found_by"` // address, router or prefix
	Cost       *float64 `avro:"cost"`     // routingcost units
}
