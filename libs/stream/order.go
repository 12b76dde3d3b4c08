package stream

import (
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// patience is how long a record waits for the inputs that it was made from. They
// come at once unless one of the topics was recreated.
const patience = time.Second

// order gives records out in an order that respects their inputs header: a record
// that was made from raw-topology up to offset n comes after raw-topology up to n.
// Records of one partition stay in order.
type order struct {
	taken map[partition]int64 // offset after the last record that came
	next  map[partition]int64 // read partitions: offset of the next record to give out
	given map[partition]int64 // the same, without what comes after the last record given out: ends of transactions
	held  map[partition][]heldRecord
	// elsewhere is how far partitions that are not read here had been read by who made the records.
	elsewhere map[partition]int64
}

type heldRecord struct {
	position // after it
	needs    []position
	since    time.Time
	give     func()
}

func newOrder() *order {
	return &order{taken: map[partition]int64{}, next: map[partition]int64{}, given: map[partition]int64{}, held: map[partition][]heldRecord{}, elsewhere: map[partition]int64{}}
}

// read says that a partition is read, from its beginning.
func (o *order) read(p partition) { o.next[p] = 0 }

// take gives out a record and those that waited for it, or keeps it.
func (o *order) take(m *kafka.Message, now time.Time, give func()) {
	p := partitionOf(m.TopicPartition)
	o.taken[p] = int64(m.TopicPartition.Offset) + 1
	record := heldRecord{position: position{p, o.taken[p]}, needs: inputsOf(m), since: now, give: give}
	if len(o.held[p]) > 0 || !o.satisfied(record.needs) {
		o.held[p] = append(o.held[p], record)
		return
	}
	o.give(record)
	o.release(now, false)
}

// end says that a partition has no records before the offset that were not taken.
func (o *order) end(p partition, offset int64, now time.Time) {
	if len(o.held[p]) == 0 && offset > o.next[p] {
		o.next[p] = offset
		o.release(now, false)
	}
}

// release gives out the held records whose inputs have come, that have waited too
// long, or, with all, every one.
func (o *order) release(now time.Time, all bool) {
	for progress := len(o.held) > 0; progress; {
		progress = false
		for p, queue := range o.held {
			for len(queue) > 0 && (all || o.satisfied(queue[0].needs) || now.Sub(queue[0].since) > patience) {
				o.give(queue[0])
				queue, progress = queue[1:], true
			}
			o.held[p] = queue
			if len(queue) == 0 {
				delete(o.held, p)
			}
		}
	}
}

func (o *order) give(r heldRecord) {
	o.next[r.partition], o.given[r.partition] = r.next, r.next
	r.give()
}

// satisfied reports whether everything that is read at all is read as far.
func (o *order) satisfied(needs []position) bool {
	for _, need := range needs {
		if next, read := o.next[need.partition]; read && next < need.next {
			return false
		} else if !read {
			o.elsewhere[need.partition] = max(o.elsewhere[need.partition], need.next)
		}
	}
	return true
}

// reached reports whether what is read here is read as far as others had read it.
func (o *order) reached(elsewhere map[partition]int64) bool {
	for p, next := range elsewhere {
		if own, read := o.next[p]; read && own < next {
			return false
		}
	}
	return true
}

// inputs returns how far everything but a topic has been given out, as InputsHeader has it.
func (o *order) inputs(without string) string {
	var text []byte
	for p, next := range o.given {
		if p.topic != without {
			text = appendPosition(text, position{p, next})
		}
	}
	return string(text)
}

func partitionOf(tp kafka.TopicPartition) partition {
	return partition{topic: *tp.Topic, number: tp.Partition}
}
