package altoctl

import (
	"cmp"
	"context"
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
	Since   time.Time      // up or down
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
	registry, err := avro.Dial(c.config.Registry())
	if err != nil {
		return err
	}
	serde, err := avro.NewSerde[schemas.RawTopology](registry, schemas.RawTopologyTopic, schemas.RawTopologySchema)
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
		if errors.Is(err, avro.ErrUnavailable) {
			return fmt.Errorf("record %q of %s: %w", key, schemas.RawTopologyTopic, err)
		}
		if err != nil {
			c.bad(key, err)
		}
		if !live || !changed {
			return nil
		}
		speaker := strings.TrimSuffix(key, "|"+schemas.KindPeer)
		return c.printPeers(map[string]*Peer{speaker: table[speaker]}, m.Timestamp.Format("15:04:05.000  "))
	}
	return stream.FollowAndTell(ctx, c.config, schemas.RawTopologyTopic, record, func() error {
		live = true
		if err := c.firstPeers(table); err != nil || c.watch {
			return err
		}
		return cmp.Or(c.complete(), stream.ErrStop)
	}, c.away)
}

func (c *command) firstPeers(table map[string]*Peer) error {
	if len(table) == 0 {
		err := errors.New(schemas.RawTopologyTopic + " holds no speaker (yet)")
		if c.topology != "" {
			err = fmt.Errorf("%s holds no speaker of topology %s", schemas.RawTopologyTopic, c.topology)
		}
		if c.topology != "" && !c.watch {
			return err
		}
		fmt.Fprintln(c.errs, err)
	}
	return c.printPeers(table, "")
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
	was := p.Peer
	up := p.up()
	p.Peer = *r.Peer
	switch {
	case r.Peer.Since != nil:
		p.Since = *r.Peer.Since
	case was.State == "" || p.up() != up:
		p.Since = m.Timestamp
	}
	return p.State != was.State || text(p.Reason) != text(was.Reason), nil
}

func (c *command) printPeers(table map[string]*Peer, prefix string) error {
	if c.json {
		return c.printJSON(plainPeers(table))
	}
	if len(table) == 0 {
		return nil
	}
	return Peers(c.out, table, prefix, time.Now())
}

func plainPeers(table map[string]*Peer) map[string]any {
	all := map[string]any{}
	for speaker, p := range table {
		all[speaker] = map[string]any{
			"state": p.State, "up": p.up(), "asn": p.ASN, "objects": p.Objects,
			"since": p.Since, "reason": p.Reason, "last_record": p.Last,
		}
	}
	return all
}

// Peers writes speakers for people, one a line, as "show bgp summary" of routers does: a change
// with the time as its prefix, a whole table with a heading.
func Peers(w io.Writer, table map[string]*Peer, prefix string, now time.Time) error {
	t := newTable(w)
	if prefix == "" {
		fmt.Fprintln(t, "SPEAKER\tAS\tSTATE\tUP/DOWN\tNODES\tLINKS\tPREFIXES\tOTHERS\tLAST ERROR")
	}
	for _, speaker := range slices.Sorted(maps.Keys(table)) {
		p := table[speaker]
		prefixes := p.Objects[schemas.KindPrefix4] + p.Objects[schemas.KindPrefix6]
		others := len(p.kinds) - p.Objects[schemas.KindNode] - p.Objects[schemas.KindLink] - prefixes
		asn := "-"
		if p.ASN != nil {
			asn = strconv.FormatUint(uint64(*p.ASN), 10)
		}
		fmt.Fprintf(t, "%s%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\n", prefix, strings.Replace(speaker, "|", " ", 1), asn, orDash(p.State), p.age(now),
			p.Objects[schemas.KindNode], p.Objects[schemas.KindLink], prefixes, others, orDash(text(p.Reason)))
	}
	return t.Flush()
}

// up reports whether there is a session.
func (p *Peer) up() bool { return p.State == schemas.PeerEstablished || p.State == schemas.PeerSynced }

// age says for how long the session has been up or down.
func (p *Peer) age(now time.Time) string {
	if p.Since.IsZero() {
		return "-"
	}
	how := "down "
	if p.up() {
		how = "up "
	}
	return how + duration(now.Sub(p.Since))
}

// duration writes a time in its two largest units, as routers do.
func duration(d time.Duration) string {
	s := int(max(d, 0).Seconds())
	switch day, hour := 24*3600, 3600; {
	case s >= day:
		return fmt.Sprintf("%dd%02dh", s/day, s%day/hour)
	case s >= hour:
		return fmt.Sprintf("%dh%02dm", s/hour, s%hour/60)
	}
	return fmt.Sprintf("%dm%02ds", s/60, s%60)
}
