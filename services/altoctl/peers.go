package altoctl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// Peer is what raw-topology holds of one speaker.
type Peer struct {
	schemas.Peer
	Since   time.Time      // of its state
	Objects map[string]int // by kind, schemas.Kind…
	Last    time.Time      // when the newest of its records was written

	kinds map[string]string // by key
}

func (p *Peer) put(key, kind string) {
	p.remove(key)
	p.kinds[key] = kind
	p.Objects[kind]++
}

func (p *Peer) remove(key string) {
	if kind, ok := p.kinds[key]; ok {
		delete(p.kinds, key)
		p.Objects[kind]--
	}
}

// peers prints the speakers, and with --watch each change of a speaker's state.
func (c *command) peers(ctx context.Context) error {
	serde, err := serdeOf[schemas.RawTopology](c.config, schemas.RawTopologyTopic)
	if err != nil {
		return err
	}
	table, live := map[string]*Peer{}, false
	record := func(m *kafka.Message) error {
		key := string(m.Key)
		if !c.ofTopology(key) {
			return nil
		}
		changed, err := c.peerRecord(table, serde, m)
		if err != nil {
			c.bad(key, err)
		}
		if !live || !changed {
			return nil
		}
		speaker := strings.TrimSuffix(key, "|"+schemas.KindPeer)
		return c.printPeers(map[string]*Peer{speaker: table[speaker]}, m.Timestamp.Format("15:04:05.000  "))
	}
	return stream.Follow(ctx, c.config, schemas.RawTopologyTopic, record, func() error {
		live = true
		if len(table) == 0 && !c.json {
			fmt.Fprintf(c.errs, "%s holds no speaker (yet)\n", schemas.RawTopologyTopic)
		} else if err := c.printPeers(table, ""); err != nil {
			return err
		}
		if c.watch {
			return nil
		}
		return stream.ErrStop
	})
}

// peerRecord takes a record of raw-topology into the table, by <topology>|<source>, and
// reports whether it changed the state of a speaker.
func (c *command) peerRecord(table map[string]*Peer, serde *avro.Serde[schemas.RawTopology], m *kafka.Message) (changed bool, err error) {
	key := string(m.Key)
	parts := strings.SplitN(key, "|", 4)
	if len(parts) < 3 {
		return false, errors.New("the key is not <topology>|<source>|<object>")
	}
	speaker := parts[0] + "|" + parts[1]
	p, ok := table[speaker]
	if !ok {
		p = &Peer{Objects: map[string]int{}, kinds: map[string]string{}}
		table[speaker] = p
	}
	p.Last = m.Timestamp
	switch {
	case parts[2] != schemas.KindPeer && m.Value == nil:
		p.remove(key)
		return false, nil
	case parts[2] != schemas.KindPeer:
		p.put(key, parts[2])
		return false, nil
	case m.Value == nil:
		p.Peer = schemas.Peer{}
		return true, nil
	}
	r, err := serde.Decode(m.Value)
	if err != nil {
		return false, err
	}
	if r.Peer == nil {
		return false, errors.New("the peer record holds no peer")
	}
	changed = r.Peer.State != p.State
	p.Peer = *r.Peer
	if changed {
		p.Since = m.Timestamp
	}
	return changed, nil
}

func (c *command) printPeers(table map[string]*Peer, prefix string) error {
	if c.json {
		return json.NewEncoder(c.out).Encode(plainPeers(table))
	}
	return Peers(c.out, table, prefix, prefix == "")
}

func plainPeers(table map[string]*Peer) map[string]any {
	all := map[string]any{}
	for speaker, p := range table {
		all[speaker] = map[string]any{"state": p.State, "asn": p.ASN, "objects": p.Objects, "since": p.Since, "reason": p.Reason, "last_record": p.Last}
	}
	return all
}

// Peers writes speakers for people: one a line, after a prefix.
func Peers(w io.Writer, table map[string]*Peer, prefix string, head bool) error {
	t := newTable(w)
	if head {
		fmt.Fprintln(t, "SPEAKER\tAS\tSTATE\tSINCE\tNODES\tLINKS\tPREFIXES\tOTHERS\tLAST RECORD\tREASON")
	}
	for _, speaker := range slices.Sorted(maps.Keys(table)) {
		p := table[speaker]
		prefixes := p.Objects[schemas.KindPrefix4] + p.Objects[schemas.KindPrefix6]
		others := len(p.kinds) - p.Objects[schemas.KindNode] - p.Objects[schemas.KindLink] - prefixes
		asn := "-"
		if p.ASN != nil {
			asn = strconv.FormatUint(uint64(*p.ASN), 10)
		}
		fmt.Fprintf(t, "%s%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\n", prefix, speaker, asn, orDash(p.State), clock(p.Since),
			p.Objects[schemas.KindNode], p.Objects[schemas.KindLink], prefixes, others, clock(p.Last), orDash(text(p.Reason)))
	}
	return t.Flush()
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("2006-01-02 15:04:05")
}
