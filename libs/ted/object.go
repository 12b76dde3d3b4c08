package ted

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// head is what the objects of a kind that are local to one node have in common: the key's
// kind, Protocol-ID, identifier and local node.
type head struct {
	key     string
	told    headDescriptor
	objects map[string]*object // by the rest of the key
	place   *place             // nil if none of its objects is placed
	placed  int                // how many are
}

// headDescriptor is what records say that a head is.
type headDescriptor struct {
	kind   string
	scoped bool  // it is of a node, a link or a prefix
	scope  scope // as it is told
	local  descriptor
}

// object is a node, link or prefix, or another object that counts for nothing: what its
// speakers say of it, and whose word counts.
type object struct {
	head     *head
	rest     string   // of the key, after the head
	reports  []report // by the names of the sources
	link     *linkEnds
	to       *destination // of a prefix; nil if none is told
	next     *object      // that counts and is of the same prefix
	winner   int16        // index of the report that counts; none: noReport
	topology uint16       // multi-topology id; an object without one is in the standard topology (RFC 9552 §5.2.2.1)
	ospfType uint8        // OSPF route type (TLV 264), 0 if not told
	found    steps        // that found something, see findings
	claims   bool         // it is a router's word that it reaches the prefix
	state    state
}

const noReport = -1

// state is what is done with an object, or to be done.
type state uint8

const (
	placed state = 1 << iota // it is where it belongs
	queued                   // it is among those that changed
)

func (o *object) is(s state) bool { return o.state&s != 0 }

// linkEnds is where a link leads.
type linkEnds struct {
	remote    descriptor
	to        *place     // nil if not placed, or not named
	adjacency *adjacency // nil as well
}

// headParts is how many parts of a key are the head's.
const headParts = 4

// splitObject splits an object's key after the local node.
func splitObject(key string) (head, rest string) {
	end := 0
	for range headParts {
		bar := strings.IndexByte(key[end:], '|')
		if bar < 0 {
			return key, ""
		}
		end += bar + 1
	}
	return key[:end], key[end:]
}

func (o *object) key() string { return o.head.key + o.rest }

func compareKeys(a, b *object) int {
	return cmp.Or(strings.Compare(a.head.key, b.head.key), strings.Compare(a.rest, b.rest))
}

func (o *object) counts() bool { return o.winner != noReport }

// record is the report that counts.
func (o *object) record() *report { return &o.reports[o.winner] }

// object returns the object of a key, nil if there is none.
func (d *Database) object(key string) *object {
	start, rest := splitObject(key)
	if h := d.heads[start]; h != nil {
		return h.objects[rest]
	}
	return nil
}

// put takes a report of an object in.
func (d *Database) put(s *source, key string, r *schemas.RawTopology) {
	start, rest := splitObject(key)
	h := d.head(start, readHead(r))
	o := h.objects[rest]
	told := readObject(r)
	if o != nil && !o.isAsTold(told) {
		for len(o.reports) > 0 {
			d.takeBack(o, o.reports[0].source)
		}
		h, o = d.head(start, readHead(r)), nil
	}
	if o == nil {
		o = d.add(h, strings.Clone(rest), told)
	}
	d.report(o, newReport(s, o, r))
}

func (d *Database) add(h *head, rest string, told objectDescriptor) *object {
	memory := &struct { // most objects are told by one source
		object
		report [1]report
	}{object: object{head: h, rest: rest, topology: told.topology, ospfType: told.ospfType, winner: noReport}}
	o := &memory.object
	o.reports = memory.report[:0]
	if told.isLink {
		o.link = &linkEnds{remote: told.remote}
		d.asns.add(told.remote, 1)
	}
	if told.prefix.IsValid() {
		o.to = d.destinations.to(told.prefix)
	}
	h.objects[rest] = o
	d.objects++
	return o
}

// objectDescriptor is what records say that an object is.
type objectDescriptor struct {
	isLink   bool
	remote   descriptor   // of a link
	prefix   netip.Prefix // without host bits, the zero value if none is told
	topology uint16
	ospfType uint8
}

func (o *object) isAsTold(told objectDescriptor) bool {
	own := objectDescriptor{isLink: o.link != nil, topology: o.topology, ospfType: o.ospfType}
	if o.link != nil {
		own.remote = o.link.remote
	}
	if o.to != nil {
		own.prefix = o.to.prefix()
	}
	return own == told
}

// report makes what a source tells of an object its report. Another report of a source that
// told of it before touches nothing but the object.
func (d *Database) report(o *object, r report) {
	i, told := o.find(r.source)
	if told {
		d.countBorders(o.reports[i], -1)
	}
	d.countBorders(r, 1)
	if told && o.reports[i].self == r.self {
		d.uncount(o)
		o.reports[i] = r
		if o.link != nil && o.link.adjacency != nil {
			d.pending.adjacencies[o.link.adjacency] = true
		}
		d.queue(o)
		return
	}
	d.displace(o)
	if told {
		o.reports[i] = r
	} else {
		o.reports = slices.Insert(o.reports, i, r)
		r.source.reports++
		if o.head.told.scoped {
			r.source.telling++
		}
	}
	d.queue(o)
}

// find returns the index of a source's report, or where it belongs.
func (o *object) find(s *source) (int, bool) {
	return slices.BinarySearchFunc(o.reports, s.name, func(r report, name string) int { return strings.Compare(r.source.name, name) })
}

// takeBack removes what a source tells of an object, and the object with its last report.
func (d *Database) takeBack(o *object, s *source) {
	i, told := o.find(s)
	if !told {
		return
	}
	d.displace(o)
	d.countBorders(o.reports[i], -1)
	o.reports = slices.Delete(o.reports, i, i+1)
	s.reports--
	if o.head.told.scoped {
		s.telling--
	}
	if len(o.reports) > 0 {
		d.queue(o)
		return
	}
	if o.link != nil {
		d.find(joining, o)
		d.asns.add(o.link.remote, -1)
	}
	if o.to != nil {
		d.destinations.release(o.to)
	}
	d.objects--
	h := o.head
	delete(h.objects, o.rest)
	if len(h.objects) == 0 {
		d.asns.add(h.told.local, -1)
		delete(d.heads, h.key)
	}
}

// head returns the head of a key.
func (d *Database) head(key string, told headDescriptor) *head {
	h := d.heads[key]
	switch {
	case h == nil:
		h = &head{key: strings.Clone(key), told: told, objects: map[string]*object{}}
		d.heads[h.key] = h
		d.asns.add(told.local, 1)
	case h.told != told:
		for _, o := range h.objects {
			d.displace(o)
			d.queue(o)
			if h.told.scoped != told.scoped {
				o.recountTelling(told.scoped)
			}
		}
		d.asns.add(h.told.local, -1)
		d.asns.add(told.local, 1)
		h.told = told
	}
	return h
}

func (o *object) recountTelling(telling bool) {
	for _, r := range o.reports {
		if telling {
			r.source.telling++
		} else {
			r.source.telling--
		}
	}
}

func (d *Database) queue(o *object) {
	if !o.is(queued) {
		o.state |= queued
		d.pending.objects = append(d.pending.objects, o)
	}
}
