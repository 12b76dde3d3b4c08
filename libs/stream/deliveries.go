package stream

import "sync"

// deliveries are the records that the client was given and that brokers have not reported on yet.
type deliveries struct {
	mu       sync.Mutex
	underWay int
	refused  error         // why a record was not taken
	oversize bool          // one of them, for its size
	reported chan struct{} // all were, or one as refused, since this was read
}

func newDeliveries() *deliveries { return &deliveries{reported: make(chan struct{}, 1)} }

func (d *deliveries) add(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.underWay += n
}

// report takes the report on a record: why it was not taken, if it was not.
func (d *deliveries) report(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.underWay--
	if err != nil {
		d.refused, d.oversize = err, d.oversize || isTooLarge(err)
	}
	if d.underWay > 0 && err == nil {
		return
	}
	select {
	case d.reported <- struct{}{}:
	default:
	}
}

// settled reports whether the brokers have taken what was sent, or refuse it.
func (d *deliveries) settled() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.underWay == 0 || d.refused != nil
}

// failure returns why a record was not taken; nil as far as all were.
func (d *deliveries) failure() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.refused
}

// tooLarge reports whether a record was refused for its size.
func (d *deliveries) tooLarge() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.oversize
}

// refusal waits for reports on all records and returns why one was not taken, which it forgets.
func (d *deliveries) refusal() (oversize bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.underWay > 0 {
		d.mu.Unlock()
		<-d.reported
		d.mu.Lock()
	}
	oversize, err = d.oversize, d.refused
	d.oversize, d.refused = false, nil
	return oversize, err
}
