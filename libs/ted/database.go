package ted

import (
	"strings"

	"github.com/altostream/altostream/schemas"
)

// Database holds the records of one topology. It is not safe for concurrent use.
//
// A record that changes is noted by Put and Delete; the next question brings up to date what
// depends on it (settle.go), and nothing else.
type Database struct {
	options Options
	sources map[string]*source
	heads   map[string]*head
	objects int
	asns    asns
	areas   areas
	joined  map[[2]scope]int // how many links are told in two areas, by these

	leavesPartial bool // speakers do not count that have never told their tables to the end

	nodes        map[node]*vertex
	adjacencies  map[nodePair]*adjacency
	lsdbs        map[scope]*lsdb
	igps         map[igpKey]*instance
	routers      routers
	destinations destinations
	teMetrics    teMetrics
	findings     findings
	computed     computed
	pending      pending
}

// New returns an empty database.
func New(o Options) *Database {
	return &Database{
		options: o.withDefaults(), sources: map[string]*source{}, heads: map[string]*head{},
		asns: newASNs(), areas: areas{}, joined: map[[2]scope]int{},
		nodes: map[node]*vertex{}, adjacencies: map[nodePair]*adjacency{}, lsdbs: map[scope]*lsdb{}, igps: map[igpKey]*instance{},
		routers:      newRouters(),
		destinations: newDestinations(),
		teMetrics:    teMetrics{without: map[*link]bool{}},
		findings:     findings{of: map[found][]finding{}, counts: map[Count]int{}},
		computed:     computed{distances: map[pathsOf]*distances{}, values: map[valuesOf]*values{}},
		pending:      newPending(),
	}
}

// Put makes a record the whole truth about its key <topology>|<source>|<object>; nil
// deletes the key. The record must not be changed afterwards. A key of another form is
// ignored. All records of an object have the descriptors that its key is made of; of records
// that have not, the last one counts.
func (d *Database) Put(key string, r *schemas.RawTopology) {
	if r == nil {
		d.Delete(key)
		return
	}
	name, object, ok := splitKey(key)
	if !ok {
		return
	}
	s := d.source(name)
	if object != schemas.KindPeer {
		d.put(s, object, r)
		return
	}
	peer := r.Peer
	if peer == nil {
		peer = &schemas.Peer{}
	}
	d.setPeer(s, peer)
}

// Delete removes the record of a key, if there is one.
func (d *Database) Delete(key string) {
	name, object, ok := splitKey(key)
	s := d.sources[name]
	if !ok || s == nil {
		return
	}
	if object == schemas.KindPeer {
		d.setPeer(s, nil)
	} else if o := d.object(object); o != nil {
		d.takeBack(o, s)
	}
	if s.peer == nil && s.reports == 0 {
		delete(d.sources, name)
	}
}

func splitKey(key string) (source, object string, ok bool) {
	_, rest, _ := strings.Cut(key, "|")
	return strings.Cut(rest, "|")
}

// Peers returns every speaker that has a peer record, by source.
func (d *Database) Peers() map[string]schemas.Peer {
	peers := map[string]schemas.Peer{}
	for name, s := range d.sources {
		if s.peer != nil {
			peers[name] = *s.peer
		}
	}
	return peers
}

// Objects is how many objects speakers tell of.
func (d *Database) Objects() int { return d.objects }

// Empty tells whether no speaker tells of any object.
func (d *Database) Empty() bool { return d.objects == 0 }

// pending is what changed since the last question and is not brought up to date yet. Maps are made
// anew and not cleared, for one that was large once is slow to walk.
type pending struct {
	objects      []*object // to be placed, or judged
	lsdbs        map[*lsdb]bool
	adjacencies  map[*adjacency]bool
	places       map[*place]bool    // whose node flags changed
	neighbors    map[*identity]bool // whose neighbours changed
	borders      bool               // what is told of border routers changed
	destinations []*destination
}

func newPending() pending {
	return pending{lsdbs: map[*lsdb]bool{}, adjacencies: map[*adjacency]bool{}, places: map[*place]bool{}, neighbors: map[*identity]bool{}}
}

// settle brings up to date what depends on records that changed. Each step leaves to the
// following ones what it changed.
func (d *Database) settle() {
	d.settleASNs()
	d.placeObjects()
	d.settleAreas()
	d.settleBelief()
	d.judgeObjects()
	d.settleLinks()
	d.settleRouters()
	d.settleFlags()
	d.settleMainlands()
	d.settleDestinations()
	d.settleRestless()
}
