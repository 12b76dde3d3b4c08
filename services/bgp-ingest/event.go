package bgpingest

import (
	"net/netip"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgp"
	"github.com/altostream/altostream/libs/bgpls"
)

// Event is one of Configured, Admitted, Monitored, AllConfigured, Restored, TakenOver, StoodBy, Up, Down, Failed,
// Update, RefreshBegun, RefreshEnded, FirstSessionDue, StaleTimeOver, Stopped and Flush.
type Event any

// Configured says that a speaker belongs to this ingest.
type Configured struct {
	Source string
	ASN    uint32
	At     time.Time
}

// Admitted says that all BGP speakers of a prefix belong to this ingest.
type Admitted struct {
	Prefix netip.Prefix
	At     time.Time
}

// Monitored says that all BMP speakers of these routers belong to this ingest.
type Monitored struct {
	Routers Routers
	At      time.Time
}

// AllConfigured says that Configured, Admitted and Monitored have told of all speakers that belong to
// this ingest, but for those of the files.
type AllConfigured struct{ Files []string }

// Restored is a record that the table held when this instance took over; nil = gone.
type Restored struct {
	Key    string
	Record *avro.Encoded
}

// Up says that a speaker's session is established.
type Up struct {
	Source string
	ASN    uint32
	At     time.Time
	// Identifier is the speaker's BGP identifier; invalid if it is not told.
	Identifier netip.Addr
	// RestartTime is what the speaker negotiated for its objects to outlive a
	// session: the restart time (RFC 4724 §3) and the long-lived stale time
	// (RFC 9494 §3) together, 0 if it did not.
	RestartTime time.Duration
}

// Down says that a speaker's session is lost.
type Down struct {
	Source string
	Reason string // for operators; "" = none is known
	At     time.Time
	// Final says that the RestartTime of Up does not apply: the session was not lost,
	// but ended.
	Final bool
}

// RefreshBegun says that a speaker begins to tell its whole table of a family again (RFC
// 7313 §4.1).
type RefreshBegun struct {
	Source string
	Family bgp.Family
}

// RefreshEnded says that a speaker has told its whole table of a family again: what it
// did not say since RefreshBegun is gone (RFC 7313 §4.2).
type RefreshEnded struct {
	Source string
	Family bgp.Family
}

// Update is an UPDATE message of a speaker.
type Update struct {
	Source string
	Update bgpls.Update

	decoder *bgpls.Decoder // whose memory the Update is in; nil = its own
}

// FirstSessionDue says that a configured speaker has had time to begin a session with this
// instance since it started.
type FirstSessionDue struct{ Source string }

// StaleTimeOver says that a speaker's objects have outlived its lost session long
// enough, or half of it: then it is looked whether a speaker that is back tells its table.
type StaleTimeOver struct {
	Source string
	epoch  string
}

// TakenOver says that this instance publishes from now on; Restored has told what the
// table holds.
type TakenOver struct{ At time.Time }

// StoodBy says that another instance publishes from now on.
type StoodBy struct{}

// Stopped says that the service ends, and with it all sessions.
type Stopped struct{ At time.Time }

// Flush ends a batch; there is nothing left to do then.
type Flush struct{}
