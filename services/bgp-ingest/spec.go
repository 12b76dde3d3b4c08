package bgpingest

import (
	"strings"
	"time"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Spec returns the processor: events of speakers in, the table raw-topology out. The
// serde is registered before the first event.
func Spec(c Config, serde *avro.Serde[schemas.RawTopology]) stream.Spec[*State, Event, avro.Encoded] {
	return stream.Spec[*State, Event, avro.Encoded]{
		Name:   "bgp-ingest",
		Output: stream.Table[avro.Encoded]{Topic: schemas.RawTopologyTopic, Serde: avro.EncodedSerde[schemas.RawTopology]{Serde: serde}},
		Init:   func() *State { return newState(c, serde) },
		Step:   Step,
		Flush:  Flush{},
		Exact:  true,
		Restore: func(key string, r *avro.Encoded) Event {
			return Restored{Key: key, Record: r}
		},
		Source:   func(key string, r *avro.Encoded) (string, bool, bool) { return presence(c, serde, key, r) },
		TakeOver: func() Event { return TakenOver{time.Now()} },
		StandBy:  func() Event { return StoodBy{} },
		Stop:     func() Event { return Stopped{time.Now()} },
		Wake: func(name string) Event {
			at := strings.LastIndex(name, alarmSeparator)
			source, epoch := name[:at], name[at+len(alarmSeparator):]
			if epoch == firstSession {
				return FirstSessionDue{source}
			}
			return StaleTimeOver{source, epoch}
		},
	}
}

// presence is what a peer record of a replica says: whether that one hears the speaker.
func presence(c Config, serde *avro.Serde[schemas.RawTopology], key string, record *avro.Encoded) (source string, heard, ok bool) {
	rest, of := strings.CutPrefix(key, c.Topology+"|")
	source, peer := strings.CutSuffix(rest, "|"+schemas.KindPeer)
	if !of || !peer {
		return "", false, false
	}
	r, err := serde.Decode(*record)
	if err != nil || r.Peer == nil || r.Peer.ReplicaGroup == nil || *r.Peer.ReplicaGroup != c.ReplicaGroup {
		return "", false, false
	}
	return source, r.Peer.State == schemas.PeerSynced || r.Peer.State == schemas.PeerEstablished, true
}

func newState(c Config, serde *avro.Serde[schemas.RawTopology]) *State {
	return &State{
		topology: c.Topology, group: c.ReplicaGroup, staleTime: c.StaleTime, emptyTime: c.EmptyTableTime, maxObjects: c.MaxObjects,
		records: &recordEncoder{serde: serde},
		decode: func(b avro.Encoded) *schemas.RawTopology {
			r, err := serde.Decode(b)
			if err != nil {
				return nil
			}
			return r
		},
		speakers: map[string]*speaker{},
		touched:  map[*speaker]struct{}{},
		silent:   true,
	}
}
