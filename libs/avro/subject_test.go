package avro

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

const (
	first  = `{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}`
	second = `{"type":"record","name":"R","fields":[{"name":"a","type":"string"},{"name":"b","type":["null","int"],"default":null}]}`
)

func TestSubject(t *testing.T) {
	server := httptest.NewServer(srfake.New().Handler())
	defer server.Close()
	want := func(want Subject, schema string) {
		t.Helper()
		r, err := Dial(server.URL) // a client remembers the latest version
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Subject("s-value", schema)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("subject (-want +got):\n%s%v", diff, err)
		}
	}
	want(Subject{}, first)
	r, err := Dial(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for i, schema := range []string{first, second} {
		if _, err := r.Register("s-value", schema); err != nil {
			t.Fatal(err)
		}
		want(Subject{Versions: []int{1, 2}[:i+1], Latest: schema, Own: 1}, first)
	}
	want(Subject{Versions: []int{1, 2}, Latest: second, Own: 2}, second)
	want(Subject{Versions: []int{1, 2}, Latest: second}, `"string"`)
}

func TestLevel(t *testing.T) {
	server := httptest.NewServer(srfake.New().Handler())
	defer server.Close()
	r, err := Dial(server.URL)
	if err != nil {
		t.Fatal(err)
	}
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

// TestRegisterErrors says exactly what is wrong with the registry, whatever it answers,
// and never the password.
func TestRegisterErrors(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		json   bool
		want   string
	}{
		"refused":         {409, true, "the registry refuses it as incompatible (level FULL_TRANSITIVE): schema registry request failed error code: 409: no"},
		"unauthorized":    {401, true, "it does not let us in (user:password@ in SCHEMA_REGISTRY_URL"},
		"forbidden":       {403, true, "it does not let us in"},
		"a proxy's 401":   {401, false, "it does not let us in"},
		"a proxy's 404":   {404, false, "Not Found"},
		"not implemented": {501, false, "unavailable: schema registry request failed error code: 501: Not Implemented"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if test.json {
					w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
				}
				if strings.HasPrefix(r.URL.Path, "/config") {
					fmt.Fprint(w, `{"compatibilityLevel":"FULL_TRANSITIVE"}`)
					return
				}
				w.WriteHeader(test.status)
				if test.json {
					fmt.Fprintf(w, `{"error_code": %d, "message": "no"}`, test.status)
				} else {
					fmt.Fprint(w, "<html>")
				}
			}))
			defer server.Close()
			r, err := Dial(strings.Replace(server.URL, "http://", "http://alice:s3cret@", 1))
			if err != nil {
				t.Fatal(err)
			}
			_, err = r.Register("s-value", first)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v, want %q", err, test.want)
			}
			if passing := test.status != 409 && test.status != 404; errors.Is(err, ErrUnavailable) != passing {
				t.Errorf("may it pass? %v: %v", errors.Is(err, ErrUnavailable), err)
			}
		})
	}
}

func TestSame(t *testing.T) {
	for other, want := range map[string]bool{
		first: true, strings.ReplaceAll(first, ",", " ,\n"): true, second: false, "no schema": false,
	} {
		if got := Same(first, other); got != want {
			t.Errorf("Same(%s) = %v", other, got)
		}
	}
}
