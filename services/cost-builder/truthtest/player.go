package truthtest

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/bgpls"
	"github.com/altostream/altostream/libs/mrt"
	"github.com/altostream/altostream/libs/stream/streamtest"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
	bgpingest "github.com/altostream/altostream/services/bgp-ingest"
)

// Player puts what speakers tell into a database, as bgp-ingest and the builders do.
type Player struct {
	t      testing.TB
	ingest *bgpingest.State
	serde  *avro.Serde[schemas.RawTopology]
	next   *mrt.Record
	DB     *ted.Database
}

// NewPlayer returns a player whose database is empty.
func NewPlayer(t testing.TB) *Player {
	serde := streamtest.Serde[schemas.RawTopology](t, schemas.RawTopologyTopic)
	c := bgpingest.Config{Topology: "default", StaleTime: time.Minute, MaxObjects: 10000}
	p := &Player{t: t, serde: serde, DB: ted.New(ted.Options{}), ingest: bgpingest.Spec(c, serde).Init()}
	p.step(bgpingest.TakenOver{})
	return p
}

// PlayUntil plays the records of a file up to a time.
func (p *Player) PlayUntil(reader *mrt.Reader, at time.Time) {
	p.t.Helper()
	for {
		if p.next == nil {
			r, err := reader.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				p.t.Fatal(err)
			}
			p.next = &r
		}
		if p.next.Time.After(at) {
			return
		}
		p.Play(*p.next)
		p.next = nil
	}
}

// Play plays one record.
func (p *Player) Play(r mrt.Record) {
	p.t.Helper()
	source := "bgp:" + r.Peer.String()
	switch {
	case r.NewState == mrt.Established:
		p.step(bgpingest.Up{Source: source, ASN: r.PeerASN})
	case r.NewState != 0:
		p.step(bgpingest.Down{Source: source})
	default:
		u, errs := bgpls.DecodeUpdate(r.Body)
		if len(errs) > 0 {
			p.t.Fatal(errs)
		}
		p.step(bgpingest.Update{Source: source, Update: u})
	}
}

// step takes an event of a speaker to the database.
func (p *Player) step(e bgpingest.Event) {
	p.t.Helper()
	next, out := bgpingest.Step(p.ingest, e)
	p.ingest = next
	for _, o := range out {
		switch {
		case o.Value != nil:
			r, err := p.serde.Decode(*o.Value)
			if err != nil {
				p.t.Fatal(err)
			}
			p.DB.Put(o.Key, r)
		case o.WakeAfter == 0:
			p.DB.Delete(o.Key)
		}
	}
}
