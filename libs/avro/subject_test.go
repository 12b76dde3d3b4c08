package avro

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

// answers is a registry that answers requests, "METHOD path body", as the test says.
type answers map[string]struct {
	status int
	body   string
}

func (a answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, ok := a[r.Method+" "+r.URL.Path]
	if !ok {
		answer.status, answer.body = http.StatusNotFound, `{"error_code": 40401, "message": "not found"}`
	}
	if strings.HasPrefix(answer.body, "{") || strings.HasPrefix(answer.body, "[") {
		w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	}
	w.WriteHeader(answer.status)
	fmt.Fprint(w, answer.body)
}

// dial returns a client that has a password.
func dial(t *testing.T, h http.Handler) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	r, err := Dial(strings.Replace(server.URL, "http://", "http://alice:s3cret@", 1), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRegisterRefused checks what is said when a schema is not taken.
func TestRegisterRefused(t *testing.T) {
	const lookUp, register = "POST /subjects/s-value", "POST /subjects/s-value/versions"
	for name, test := range map[string]struct {
		answers answers
		passing bool
		want    []string
	}{
		"incompatible": {
			answers{register: {409, `{"error_code": 409, "message": "field mood has no default"}`}, "GET /config/s-value": {200, `{"compatibilityLevel": "FULL_TRANSITIVE"}`}},
			false,
			[]string{"register schema of s-value", "refuses it as incompatible (level FULL_TRANSITIVE)", "field mood has no default", "altoctl schemas"},
		},
		"incompatible, level of all subjects": {
			answers{register: {409, `{"error_code": 409, "message": "no"}`}, "GET /config": {200, `{"compatibilityLevel": "BACKWARD"}`}},
			false,
			[]string{"(level BACKWARD)"},
		},
		"incompatible, level unknown": {
			answers{register: {409, `{"error_code": 409, "message": "no"}`}},
			false,
			[]string{"(level unknown)"},
		},
		"no credentials": {
			answers{lookUp: {401, `{"error_code": 40101, "message": "no such user"}`}},
			true,
			[]string{"it does not let us in", "SCHEMA_REGISTRY_URL", "401 Unauthorized: no such user"},
		},
		"no credentials, says a proxy": {
			answers{lookUp: {403, "<html>Forbidden</html>"}},
			true,
			[]string{"it does not let us in", "403 Forbidden"},
		},
		"missing, and we may only read": {
			answers{register: {403, `{"error_code": 40301, "message": "User is denied operation Write on Subject"}`}},
			true,
			[]string{"does not hold it and does not take it from us", "403 Forbidden: User is denied", "altoctl schemas apply"},
		},
		"missing in a read-only registry": {
			answers{register: {422, `{"error_code": 42205, "message": "Subject is in read-only mode"}`}},
			true,
			[]string{"does not hold it and does not take it from us", "read-only mode", "altoctl schemas apply"},
		},
		"no schema": {
			answers{register: {422, `{"error_code": 42201, "message": "Invalid schema"}`}},
			false,
			[]string{"refused by the registry", "422 Unprocessable Entity: Invalid schema"},
		},
		"another server": {
			answers{lookUp: {404, "404 page not found"}, register: {404, "404 page not found"}},
			false,
			[]string{"404 Not Found: what answers there is no schema registry"},
		},
		"away behind a proxy": {answers{register: {502, "<html>"}}, true, []string{"unavailable", "502 Bad Gateway"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dial(t, test.answers).Register("s-value", `"string"`)
			if err == nil || errors.Is(err, ErrUnavailable) != test.passing {
				t.Fatalf("%v; may pass: %v, want %v", err, errors.Is(err, ErrUnavailable), test.passing)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "alice") {
				t.Errorf("%v shows the credentials", err)
			}
		})
	}
}

func TestSubject(t *testing.T) {
	r := dial(t, srfake.New().Handler())
	want := func(text string, want Subject, latest int) {
		t.Helper()
		s, err := r.Subject("s-value", text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, s); diff != "" || s.LatestVersion() != latest {
			t.Errorf("latest version %d, want %d; (-want +got):\n%s", s.LatestVersion(), latest, diff)
		}
	}
	want(`"string"`, Subject{}, 0)
	for _, text := range []string{`"string"`, `"bytes"`} {
		if _, err := r.Register("s-value", text); err != nil {
			t.Fatal(err)
		}
	}
	want(`"string"`, Subject{Versions: []int{1, 2}, Latest: `"bytes"`, Own: 1}, 2)
	want(`"long"`, Subject{Versions: []int{1, 2}, Latest: `"bytes"`}, 2)
}

// TestSetFullTransitive sends what every registry understands.
func TestSetFullTransitive(t *testing.T) {
	var got []string
	r := dial(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Method, r.URL.Path, string(body))
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	if err := r.SetFullTransitive("s-value"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"PUT", "/config/s-value", `{"compatibility":"FULL_TRANSITIVE"}`}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSame(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{`{"type": "record", "name": "a"}`, "{\n\"name\":\"a\", \"type\":\"record\"}", true},
		{`{"type": "record", "name": "a"}`, `{"type": "record", "name": "b"}`, false},
		{`no JSON`, `no JSON`, false},
	} {
		if got := Same(test.a, test.b); got != test.want {
			t.Errorf("%s and %s: %v", test.a, test.b, got)
		}
	}
}

func TestLevel(t *testing.T) {
	r := dial(t, srfake.New().Handler())
	if level, err := r.Level("s-value"); err != nil || level == FullTransitive {
		t.Errorf("level of a subject that does not exist: %s, %v", level, err)
	}
	if err := r.SetFullTransitive("s-value"); err != nil {
		t.Fatal(err)
	}
	if level, err := r.Level("s-value"); err != nil || level != FullTransitive {
		t.Errorf("level: %s, %v", level, err)
	}
	if level, err := r.Level("other-value"); err != nil || level == FullTransitive {
		t.Errorf("level of another subject: %s, %v", level, err)
	}
}
