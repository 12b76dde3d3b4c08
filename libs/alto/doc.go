// Package alto is the vocabulary of ALTO (RFC 7285): the names of resources and
// PIDs, the canonical form and the tag of a network map, the validity of network
// and cost maps, their JSON media types, and the lookup of the PID of an address.
//
// Everything here is a pure function of its arguments.
package alto

import "github.com/altostream/altostream/schemas"

// NetworkMap maps PID names to their prefixes (RFC 7285 §11.2.1.6).
type NetworkMap = map[string]schemas.EndpointAddressGroup

// CostMap maps source PID to destination PID to cost (RFC 7285 §11.2.3.6). A
// missing cell means that the destination is not reachable.
type CostMap = map[string]map[string]float64
