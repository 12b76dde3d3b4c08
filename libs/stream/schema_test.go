package stream

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

// registered is a serde that the registry has taken the schema of.
type registered struct {
	subject avro.Subject
	err     error
}

func (r registered) Register() error                { return nil }
func (r registered) Subject() (avro.Subject, error) { return r.subject, r.err }
func (r registered) Encode(*string) ([]byte, error) { return nil, nil }
func (r registered) Decode([]byte) (*string, error) { return nil, nil }

// logging returns a frame whose log is written to w.
func logging(t *testing.T, w io.Writer) *service.Runtime {
	t.Helper()
	rt, err := service.NewRuntime("toy", slog.New(slog.NewTextHandler(w, nil)), prometheus.NewRegistry(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// TestPrepareSchema checks what is said of the schemas that the registry holds.
func TestPrepareSchema(t *testing.T) {
	t.Parallel()
	released := schemas.Released(schemas.RawTopologyTopic)[0]
	for name, test := range map[string]struct {
		subject avro.Subject
		err     error
		want    string // none: nothing is said
	}{
		"own is the latest":     {subject: avro.Subject{Versions: []int{1, 3}, Own: 3}},
		"latest is an earlier":  {avro.Subject{Versions: []int{1, 2}, Latest: " " + released, Own: 1}, nil, `level=INFO msg="the registry's latest schema is of an earlier release" service=toy topic=raw-topology latest_version=2 own_version=1`},
		"latest is not known":   {avro.Subject{Versions: []int{1, 2}, Latest: `"string"`, Own: 1}, nil, `level=WARN msg="the registry's latest schema is not of this release`},
		"nothing can be said":   {avro.Subject{}, errors.New("away"), "level=WARN msg=\"the schemas in the registry are not compared with this program's\" service=toy topic=raw-topology error=away"},
		"own is not there, yet": {avro.Subject{Versions: []int{1}, Latest: `"string"`}, nil, "latest_version=1 own_version=0"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			table := Table[string]{Topic: schemas.RawTopologyTopic, Serde: registered{test.subject, test.err}}
			if err := prepareSchema(t.Context(), logging(t, &out), table); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), test.want) || test.want == "" && out.Len() > 0 {
				t.Errorf("it is said\n%swant\n%s", out.String(), test.want)
			}
		})
	}
}
