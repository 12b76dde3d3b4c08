package broker

import (
	"encoding/binary"
	"io"
	"sync"
	"time"
)

const (
	// answerTime is how long a client waits for an answer about its group: some sessions of six seconds.
	answerTime = 15 * time.Second
	// longestRebalance is what consumers allow a rebalance by default (max.poll.interval.ms).
	longestRebalance = 5 * time.Minute
)

// groupAnswer is the answer that kfake owes on a connection to a client that joins a group or syncs with it. kfake loses
// such members. Of one whose connection ended before the answer it awaits no heartbeat, so that the member stays, with its partitions: here
// kfake is told of the end after the answer. And a member whose session ends while it waits is never answered: here
// its connection ends then, and it asks again.
type groupAnswer struct {
	mu          sync.Mutex
	correlation uint32        // of the request
	owed        chan struct{} // closed when it is not owed any more; nil = it is not
	late        *time.Timer
}

// asked notes that a client asks, and closes what it asks on if the answer takes too long.
func (a *groupAnswer) asked(correlation uint32, client io.Closer) {
	a.end()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.correlation, a.owed = correlation, make(chan struct{})
	a.late = time.AfterFunc(answerTime, func() { client.Close() })
}

// answered takes an answer to any request: its length and correlation id come first.
func (a *groupAnswer) answered(answer []byte) {
	a.mu.Lock()
	isIt := a.owed != nil && len(answer) >= 8 && binary.BigEndian.Uint32(answer[4:]) == a.correlation
	a.mu.Unlock()
	if isIt {
		a.end()
	}
}

// end says that no answer is owed any more.
func (a *groupAnswer) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.owed != nil {
		a.late.Stop()
		close(a.owed)
		a.owed = nil
	}
}

// await returns when no answer is owed.
func (a *groupAnswer) await() {
	a.mu.Lock()
	owed := a.owed
	a.mu.Unlock()
	if owed == nil {
		return
	}
	select {
	case <-owed:
	case <-time.After(longestRebalance):
	}
}
