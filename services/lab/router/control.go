package router

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/altostream/altostream/libs/service"
)

// Control is how a person sees and changes the network over HTTP, in plain text:
//
//	GET  /links                                  the links, their metrics and state
//	POST /links/fail?from=R2&to=R3
//	POST /links/restore?from=R2&to=R3
//	POST /links/metric?from=R2&to=R3&metric=30   one direction
//
// The answer to a change is what follows from it; status 400 says what is wrong.
func (n *Network) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /links", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, n.links()) })
	mux.Handle("POST /links/fail", order(func(from, to, _ string) (string, error) { return n.failLink(from, to) }))
	mux.Handle("POST /links/restore", order(func(from, to, _ string) (string, error) { return n.restoreLink(from, to) }))
	mux.Handle("POST /links/metric", order(func(from, to, text string) (string, error) {
		metric, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return "", errors.New("metric=" + text + " is not a number from 0 to 65535")
		}
		return n.setMetric(from, to, uint16(metric))
	}))
	return mux
}

// Serve has Control at HTTP_LISTEN of a service, which is ready with it.
func (n *Network) Serve(rt *service.Runtime) {
	for _, path := range []string{"/links", "/links/"} {
		rt.Handle(path, n.Control().ServeHTTP)
	}
	rt.Ready(true)
}

func order(change func(from, to, metric string) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		news, err := change(r.FormValue("from"), r.FormValue("to"), r.FormValue("metric"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintln(w, news)
	}
}

// links is a line for each link.
func (n *Network) links() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	text := ""
	for _, l := range n.topology.links {
		state := "up"
		if l.down {
			state = "down"
		}
		a, b := l.ends[0], l.ends[1]
		text += fmt.Sprintf("%s  area %d  metric %5d there %5d back  %s\n", l, l.area, a.metric, b.metric, state)
	}
	return text
}
