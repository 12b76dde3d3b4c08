package altoctl

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/service"
)

// labAt runs altoctl lab against an address and returns what it prints.
func labAt(t *testing.T, address, args string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := Run(t.Context(), service.Config{HTTPListen: address}, strings.Fields("lab "+args), &out, &out)
	return out.String(), err
}

func TestLabRequests(t *testing.T) {
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.URL.String()
		switch {
		case r.URL.Path == "/links/restore":
			http.NotFound(w, r)
		case r.FormValue("to") == "R9":
			http.Error(w, "the lab's network has no link R2–R9", http.StatusBadRequest)
		default:
			_, _ = w.Write([]byte("done\n"))
		}
	}))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	for _, test := range []struct{ args, asked, out, err string }{
		{"links", "GET /links", "done\n", ""},
		{"fail R2 R3", "POST /links/fail?from=R2&to=R3", "done\n", ""},
		{"metric R2 R3 30", "POST /links/metric?from=R2&metric=30&to=R3", "done\n", ""},
		{"fail R2 R9", "POST /links/fail?from=R2&to=R9", "", "the lab's network has no link R2–R9"},
		{"restore R2 R3", "POST /links/restore?from=R2&to=R3", "", "no links to fail: it is no lab, or one without routers"},
	} {
		out, err := labAt(t, address, test.args)
		if asked != test.asked || out != test.out || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s asks %q, prints %q, %v", test.args, asked, out, err)
		}
	}
	server.Close()
	if _, err := labAt(t, address, "links"); err == nil || !strings.Contains(err.Error(), "no lab at "+address+"; start one with make run") {
		t.Errorf("without a lab: %v", err)
	}
}

func TestLabUsage(t *testing.T) {
	for _, args := range []string{"", "fail", "fail R2", "fail R2 R3 R4", "metric R2 R3", "links R2", "flap R2 R3"} {
		_, err := labAt(t, "", args)
		var usage service.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("lab %s: %v", args, err)
		}
	}
	if _, err := labAt(t, "nowhere", "links"); err == nil || !strings.Contains(err.Error(), "HTTP_LISTEN") {
		t.Errorf("wrong address: %v", err)
	}
}
