// Package mapbuilder is the service map-builder: it groups the prefixes of
// raw-topology by router and keeps the ALTO network map of each topology in
// network_maps (RFC 7285 §11.2.1).
//
//	raw-topology ──▶ ted.Database ──▶ network map, tag ──▶ network_maps
//
// It promises: a map is valid (RFC 7285 §11.2.2 with PREFIX_OWNERSHIP=unique),
// canonical, and tagged with a hash of its content; it is published only when the
// content changed, and for the first time not before every speaker has told its
// whole table, or SYNC_TIMEOUT has passed and tables do not grow any more.
//
//	spec.go     the processor as a value
//	state.go    State, Event, Step: pure
//	service.go  Config, Run
package mapbuilder
