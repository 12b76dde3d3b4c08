package service

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Serve serves /healthz (the process lives), /readyz (all services are caught up),
// /metrics (Prometheus) and the services' own pages at an address that the named
// variable gave.
func Serve(address, variable string, gatherer prometheus.Gatherer, services ...*Runtime) (*http.Server, error) {
	listener, err := Listen(address, variable)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		for _, s := range services {
			if !s.IsReady() {
				http.Error(w, s.unready(), http.StatusServiceUnavailable)
				return
			}
		}
		fmt.Fprintln(w, "ok")
	})
	mux.Handle("/metrics", promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{}))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		for _, s := range services {
			if _, path := s.mux.Handler(r); path != "" {
				s.mux.ServeHTTP(w, r)
				return
			}
		}
		http.NotFound(w, r)
	})
	server := &http.Server{Addr: listener.Addr().String(), Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return server, nil
}

// unready says why the service is not ready.
func (r *Runtime) unready() string {
	lines := []string{r.Name + " is not caught up"}
	if r.caughtUp() {
		lines[0] = r.Name + " is held up"
	}
	for _, w := range r.waiting() {
		lines = append(lines, w.String())
	}
	return strings.Join(lines, "\n")
}

// Listen opens a TCP listener at an address that the named variable gave; its error
// names the variable.
func Listen(address, variable string) (net.Listener, error) {
	return ListenWith(func(address string) (net.Listener, error) { return net.Listen("tcp", address) }, address, variable)
}

// ListenWith is Listen by a function.
func ListenWith(listen func(address string) (net.Listener, error), address, variable string) (net.Listener, error) {
	listener, err := listen(address)
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, Wrong(variable, address, "is in use by another process; choose another port", freeAddress(address))
	}
	return nil, Wrong(variable, address, "cannot be listened on: "+err.Error(), freeAddress(address))
}

// freeAddress is an example of an address like this one: ten thousand ports up.
func freeAddress(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "127.0.0.1:19100"
	}
	n, err := net.LookupPort("tcp", port)
	if err != nil || n > 50000 {
		n = 9100
	}
	return net.JoinHostPort(host, fmt.Sprint(n+10000))
}
