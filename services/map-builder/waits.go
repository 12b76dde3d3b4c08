package mapbuilder

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/altostream/altostream/libs/service"
)

// maxAwaited is how many speakers that are waited for are named.
const maxAwaited = 8

// waits tells of the topologies whose first map waits for speakers.
type waits struct {
	runtime     *service.Runtime
	syncTimeout time.Duration
	mu          sync.Mutex                          // partitions are flushed side by side
	held        map[*State]map[string]*service.Wait // by topology of a partition
}

func (w *waits) set(s *State, changed map[string]news) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for topology, n := range changed {
		wait, known := w.held[s][topology]
		switch {
		case len(n.awaited) == 0 && known:
			wait.Done()
			delete(w.held[s], topology)
		case len(n.awaited) > 0 && !known:
			wait = w.runtime.Wait("speakers", fmt.Sprintf("first map of topology %s, %v (SYNC_TIMEOUT), or longer while its table grows", topology, w.syncTimeout))
			if w.held[s] == nil {
				w.held[s] = map[string]*service.Wait{}
			}
			w.held[s][topology] = wait
			fallthrough
		case len(n.awaited) > 0:
			wait.Because(notTold(n.awaited))
		}
	}
}

// end ends the waits of a partition that another instance sees to.
func (w *waits) end(s *State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, wait := range w.held[s] {
		wait.Done()
	}
	delete(w.held, s)
}

func notTold(speakers []string) error {
	named := strings.Join(speakers[:min(len(speakers), maxAwaited)], ", ")
	if more := len(speakers) - maxAwaited; more > 0 {
		named += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Errorf("whole tables not told: %s", named)
}
