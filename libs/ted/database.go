package ted

import (
	"strings"

	"github.com/altostream/altostream/schemas"
)

// Database holds the records of one topology. It is not safe for concurrent use.
type Database struct {
	options Options
	objects map[string]reports       // by object: the part of the key after the source
	peers   map[string]*schemas.Peer // by source
	current *view                    // nil when a record changed since it was made
}

// reports holds what each source tells about one object.
type reports map[string]*schemas.RawTopology

// New returns an empty database.
func New(o Options) *Database {
	return &Database{options: o.withDefaults(), objects: map[string]reports{}, peers: map[string]*schemas.Peer{}}
}

// Put makes a record the whole truth about its key <topology>|<source>|<object>; nil
// deletes the key. The record must not be changed afterwards. A key of another form is
// ignored.
func (d *Database) Put(key string, r *schemas.RawTopology) {
	if r == nil {
		d.Delete(key)
		return
	}
	source, object, ok := splitKey(key)
	if !ok {
		return
	}
	d.current = nil
	if object == schemas.KindPeer {
		peer := r.Peer
		if peer == nil {
			peer = &schemas.Peer{}
		}
		d.peers[source] = peer
		return
	}
	if d.objects[object] == nil {
		d.objects[object] = reports{}
	}
	d.objects[object][source] = r
}

// Delete removes the record of a key, if there is one.
func (d *Database) Delete(key string) {
	source, object, ok := splitKey(key)
	if !ok {
		return
	}
	d.current = nil
	if object == schemas.KindPeer {
		delete(d.peers, source)
		return
	}
	delete(d.objects[object], source)
	if len(d.objects[object]) == 0 {
		delete(d.objects, object)
	}
}

func splitKey(key string) (source, object string, ok bool) {
	_, rest, _ := strings.Cut(key, "|")
	return strings.Cut(rest, "|")
}

// Peers returns every speaker that has a peer record, by source.
func (d *Database) Peers() map[string]schemas.Peer {
	peers := make(map[string]schemas.Peer, len(d.peers))
	for source, peer := range d.peers {
		peers[source] = *peer
	}
	return peers
}

// Empty tells whether no speaker tells of any object.
func (d *Database) Empty() bool { return len(d.objects) == 0 }

// view returns what the speakers tell together now.
func (d *Database) view() *view {
	if d.current == nil {
		d.current = newView(d)
	}
	return d.current
}
