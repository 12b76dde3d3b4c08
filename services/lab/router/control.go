package router

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// Control is how a person changes the network over HTTP:
//
//	POST /links/fail?from=R2&to=R3
//	POST /links/restore?from=R2&to=R3
//	POST /links/metric?from=R2&to=R3&metric=30   one direction
func (n *Network) Control() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /links/fail", order(func(from, to, _ string) error { return n.FailLink(from, to) }))
	mux.Handle("POST /links/restore", order(func(from, to, _ string) error { return n.RestoreLink(from, to) }))
	mux.Handle("POST /links/metric", order(func(from, to, text string) error {
		metric, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return errors.New("metric=" + text + " is not a number from 0 to 65535")
		}
		return n.SetMetric(from, to, uint16(metric))
	}))
	return mux
}

func order(change func(from, to, metric string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := change(r.FormValue("from"), r.FormValue("to"), r.FormValue("metric")); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintln(w, "ok")
	}
}
