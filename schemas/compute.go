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
	ID              *string                `avro:"id"`
	Topology        *string                `avro:"topology"`
	Region          *string                `avro:"region"`
	Zone            *string                `avro:"zone"`
	AttachmentCosts map[string]float64     `avro:"attachment_costs"`
	State           *string                `avro:"state"` // StateUp or StateDown
	Schedulable     *bool                  `avro:"schedulable"`
	StateReason     *string                `avro:"state_reason"`
	Taints          []Taint                `avro:"taints"`
	Traits          []string               `avro:"traits"`
	Labels          map[string]string      `avro:"labels"`
	Free            *Amounts               `avro:"free"`
	Metrics         map[string]Metric      `avro:"metrics"`
	Generation      *int64                 `avro:"generation"`
	StaleSince      *time.Time             `avro:"stale_since"`
	Problems        []ResourceProblem      `avro:"problems"`
}

// States of a compute resource.
const (
	StateUp   = "up"
	StateDown = "down"
)

// Amounts is one amount per resource class: GB, MB, virtual CPUs.
type Amounts struct {
	Disk *float64 `avro:"disk"`
	RAM  *float64 `avro:"ram"`
	VCPU *float64 `avro:"vcpu"`
}

// ClassAmount is the amount of a further resource class, in its own unit.
type ClassAmount struct {
	Available       *float64 `avro:"available"`
	Used            *float64 `avro:"used"`
	Kind            *string  `avro:"kind"` // KindGPU
	Unit            *string  `avro:"unit"`
	Capacity        *float64 `avro:"capacity"`
	Reserved        *float64 `avro:"reserved"`
	AllocationRatio *float64 `avro:"allocation_ratio"`
	Allocatable     *float64 `avro:"allocatable"`
	Allocated       *float64 `avro:"allocated"`
	MeasuredUse     *float64 `avro:"measured_use"`
	Free            *float64 `avro:"free"`
}

// KindGPU is the kind of a class of graphics processors, physical or virtual.
const KindGPU = "gpu"

// Taint is a taint of a Kubernetes node.
type Taint struct {
	Key    string `avro:"key"`
	Value  string `avro:"value"`
	Effect string `avro:"effect"`
}

// Metric is a measured value.
type Metric struct {
	Value         float64  `avro:"value"`
	Unit          *string  `avro:"unit"`
	Statistic     *string  `avro:"statistic"`
	WindowSeconds *float64 `avro:"window_seconds"`
}

// ResourceProblem is what a source said of a resource and was not understood, or cannot be meant.
type ResourceProblem struct {
	Field  string `avro:"field"`
	Reason string `avro:"reason"`
}

// EndpointProperties is the value of endpoint-properties (RFC 9240).
type EndpointProperties struct {
	Entity         string              `avro:"entity"`
	Properties     map[string]any      `avro:"properties"` // values are string or float64
	Attachments    []Attachment        `avro:"attachments"`
	DependentVTags []VersionTag        `avro:"dependent_vtags"`
	Placed         bool                `avro:"placed"`
	Reason         *string             `avro:"reason"`
	ToldBy         *string             `avro:"told_by"`
	AlsoToldBy     []string            `avro:"also_told_by"`
	StaleSince     *time.Time          `avro:"stale_since"`
	State          *string             `avro:"state"` // StateUp or StateDown
	Schedulable    *bool               `avro:"schedulable"`
	StateReason    *string             `avro:"state_reason"`
	Taints         []string            `avro:"taints"`
	Classes        map[string]Capacity `avro:"classes"`
	CATSMetrics    []CATSMetric        `avro:"cats_metrics"`
	CATSMethod     *CATSMethod         `avro:"cats_method"`
}

// Attachment is a place of the network that an endpoint hangs on.
type Attachment struct {
	NetworkMap string   `avro:"network_map"`
	PID        string   `avro:"pid"`
	FoundBy    string   `avro:"found_by"` // address, router, prefix or site
	Cost       *float64 `avro:"cost"`     // routingcost units
}

// Capacity is what there is of a resource class, in its unit.
type Capacity struct {
	Physical    *float64 `avro:"physical"`
	Total       *float64 `avro:"total"`
	Used        *float64 `avro:"used"`
	Free        *float64 `avro:"free"`
	MeasuredUse *float64 `avro:"measured_use"`
	Kind        *string  `avro:"kind"` // KindGPU
	Unit        *string  `avro:"unit"`
}

// CATSMetric is a metric of computing-aware traffic steering
// (draft-ietf-cats-metric-definition).
type CATSMetric struct {
	MetricType    string   `avro:"metric_type"`
	Level         string   `avro:"level"` // L0, L1 or L2
	Value         float64  `avro:"value"`
	Unit          *string  `avro:"unit"`
	Source        string   `avro:"source"`
	Statistic     *string  `avro:"statistic"`
	WindowSeconds *float64 `avro:"window_seconds"`
}

// CATSMethod says how scores were made.
type CATSMethod struct {
	Aggregation   string                `avro:"aggregation"`
	Normalization string                `avro:"normalization"`
	Weights       map[string]float64    `avro:"weights"`
	Bounds        map[string]CATSBounds `avro:"bounds"`
}

// CATSBounds are the values of a service metric that are the ratios 1 and 0.
type CATSBounds struct {
	Best  float64 `avro:"best"`
	Worst float64 `avro:"worst"`
}
