package altoctl

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/service"
)

func TestReady(t *testing.T) {
	ready := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" || !ready {
			http.Error(w, "map-builder is not caught up", http.StatusServiceUnavailable)
		}
	}))
	address := strings.TrimPrefix(server.URL, "http://127.0.0.1")
	ask := func() error {
		return Run(t.Context(), service.Config{HTTPListen: address}, []string{"ready"}, io.Discard, io.Discard)
	}
	if err := ask(); err == nil || err.Error() != "not ready: map-builder is not caught up" {
		t.Errorf("before: %v", err)
	}
	ready = true
	if err := ask(); err != nil {
		t.Errorf("after: %v", err)
	}
	server.Close()
	if err := ask(); err == nil {
		t.Error("a service that is gone is ready")
	}
	address = ""
	if err := ask(); err == nil || !strings.Contains(err.Error(), "HTTP_LISTEN") {
		t.Errorf("without HTTP_LISTEN: %v", err)
	}
}
