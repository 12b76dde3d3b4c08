// Package schemas holds the Avro schemas of the topics and, beside each, the Go
// record that is written with it. It is the only thing that two services share
// at run time: the .avsc files are the contract, the records mirror them.
//
// A record's fields carry the Avro field name in an `avro` tag. A pointer, a nil
// slice or a nil map is Avro null where the schema allows null: not said.
package schemas

import (
	"embed"
	"path"
)

// Topic names.
const (
	RawTopologyTopic        = "raw-topology"
	NetworkMapsTopic        = "network_maps"
	CostMapsTopic           = "cost_maps"
	ComputeResourcesTopic   = "compute_resources"
	EndpointPropertiesTopic = "endpoint-properties"
)

// Topics lists all topics in the order of the chain.
var Topics = []string{
	RawTopologyTopic, NetworkMapsTopic, CostMapsTopic, ComputeResourcesTopic, EndpointPropertiesTopic,
}

// Avro schemas of the topic values, as JSON text.
var (
	//go:embed raw-topology.avsc
	RawTopologySchema string
	//go:embed network_maps.avsc
	NetworkMapsSchema string
	//go:embed cost_maps.avsc
	CostMapsSchema string
	//go:embed compute_resources.avsc
	ComputeResourcesSchema string
	//go:embed endpoint-properties.avsc
	EndpointPropertiesSchema string
)

// Of returns the schema of a topic's value; ok is false for any other topic.
func Of(topic string) (schema string, ok bool) {
	switch topic {
	case RawTopologyTopic:
		return RawTopologySchema, true
	case NetworkMapsTopic:
		return NetworkMapsSchema, true
	case CostMapsTopic:
		return CostMapsSchema, true
	case ComputeResourcesTopic:
		return ComputeResourcesSchema, true
	case EndpointPropertiesTopic:
		return EndpointPropertiesSchema, true
	}
	return "", false
}

//go:embed released/*.avsc
var released embed.FS

// Released returns the released versions of the schema of a topic's value.
func Released(topic string) []string {
	var texts []string
	entries, _ := released.ReadDir("released")
	for _, entry := range entries {
		if ok, _ := path.Match(topic+".v*.avsc", entry.Name()); !ok {
			continue
		}
		text, _ := released.ReadFile("released/" + entry.Name())
		texts = append(texts, string(text))
	}
	return texts
}
