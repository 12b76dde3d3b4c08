package ted

import (
	"maps"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// Database holds the records of one topology. It is not safe for concurrent use.
type Database struct {
	objects map[string]reports // by object: the part of the key after the source
	peers   map[string]string  // source → state
	merged  *view              // nil when a record changed since the last merge
}

// reports holds what each source tells about one object.
type reports map[string]*schemas.RawTopology

// New returns an empty database.
func New() *Database {
	return &Database{objects: map[string]reports{}, peers: map[string]string{}}
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
	d.merged = nil
	if object == schemas.KindPeer {
		d.peers[source] = ""
		if r.Peer != nil {
			d.peers[source] = r.Peer.State
		}
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
	d.merged = nil
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

// Peers returns the state of every speaker that has a peer record, by source.
func (d *Database) Peers() map[string]string { return maps.Clone(d.peers) }

// Empty tells whether no speaker tells of any object.
func (d *Database) Empty() bool { return len(d.objects) == 0 }

// view returns the merged view of the current records.
func (d *Database) view() *view {
	if d.merged == nil {
		d.merged = newView(d.countingRecords())
	}
	return d.merged
}
