// Package bgpingest is the service bgp-ingest: it listens to BGP-LS speakers and
// keeps the table raw-topology: each object that each speaker tells, and the state
// of each speaker's session.
//
//	BGP sessions ─┐
//	BMP sessions ─┤                          ┌─ objects put, withdrawn
//	MRT files ────┴▶ event ─▶ Step ─▶ output ┴─ peer state
//
// It promises: a withdrawn object is withdrawn in the table; a lost session marks
// the speaker stale and keeps its objects for the stale time (the restart time of
// RFC 4724 if negotiated, else STALE_TIME), then withdraws them; after a reconnect,
// or a restart of this service, what the speaker does not say again until
// End-of-RIB is withdrawn (mark and sweep); bad input costs the object that carries
// it, is counted and logged, and never ends a session.
//
//	spec.go     the processor as a value
//	state.go    State, Step, which speakers belong to this ingest: pure, like all below
//	event.go    what the sources tell the state
//	session.go  sessions that begin, end and begin again; stale times; mark and sweep
//	update.go   what an UPDATE changes
//	record.go   NLRI and attribute → record; encode.go: → octets, attributes once per UPDATE
//	adjribin.go what one speaker told of one address family, in octets
//	replica.go  taking over from another instance
//	status.go   what the state knows of a speaker, for operators; metrics.go: as metrics
//	bgp.go      BGP sessions (libs/bgp) → events
//	refresh.go  POST /peers/refresh
//	failures.go limits the log lines about peers without a session
//	bmp.go      connections of routers; bmp_router.go: BMP messages → events;
//	            bmp_source.go: names of the tables that routers monitor
//	mrt.go      MRT files → events
//	service.go  Run
package bgpingest
