// Package costbuilder is the service cost-builder: it computes the costs between the
// PIDs of each network map over the links of raw-topology and keeps the ALTO cost
// maps in cost_maps (RFC 7285 §11.2.3).
//
//	raw-topology ──▶ ted.Database ──▶ graph ──▶ costs ─┐
//	network_maps ──▶ tag, PIDs ────────────────────────┴▶ cost map ──▶ cost_maps
//
// It promises: a cost map has exactly the PIDs of the network map whose tag it
// carries; an unreachable pair has no entry; without a network map there are no cost
// maps; a map is published only when its content changed.
//
//	spec.go     the processor as a value
//	state.go    State, Event, Step: pure
//	service.go  Config, Run
package costbuilder
