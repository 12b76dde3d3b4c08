// Package ted is a traffic engineering database: it holds the raw-topology records
// of one topology as its speakers tell them, merges the speakers, and answers with
// the network map and the costs of paths.
//
// A router (one ASN and IGP router id) is one PID, whatever number of IS-IS levels,
// OSPF areas, multi-topologies and BGP-LS instances it is in; a pseudonode is a
// node of the graph and never a PID.
//
//	Put, Delete ──▶ reports by object ──merge──▶ one record per object
//	                                               ├──▶ NetworkMap
//	                                               └──▶ Graph ──▶ Costs
//
// Every answer is a function of the records that are there, never of the order in
// which they came.
package ted
