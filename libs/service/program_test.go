package service

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testProgram() Program {
	return Program{Name: "tester", About: "tests", Listen: ":9", Configurations: []any{new(testConfig)}}
}

func TestAnswer(t *testing.T) {
	for _, test := range []struct {
		args []string
		want []string // parts of the answer; none: no answer
	}{
		{nil, nil},
		{[]string{"--help"}, []string{"tester tests.\n", "KAFKA_BOOTSTRAP_SERVERS ", "brokers to start from (localhost:9092)", "TEST_WAIT ", "/metrics (:9)"}},
		{[]string{"-h"}, []string{"tester tests.\n"}},
		{[]string{"--version"}, []string{"tester ", "go1."}},
	} {
		var out strings.Builder
		answered, err := testProgram().answer(test.args, &out)
		if err != nil || answered != (test.want != nil) {
			t.Errorf("%q: answered %v, %v", test.args, answered, err)
		}
		for _, part := range test.want {
			if strings.Count(out.String(), part) != 1 {
				t.Errorf("%q: %q is not said once:\n%s", test.args, part, out.String())
			}
		}
	}
}

func TestUnexpectedArgument(t *testing.T) {
	for _, arg := range []string{"start", "--verbose", "-v", ""} {
		var out strings.Builder
		_, err := testProgram().answer([]string{arg}, &out)
		var usage UsageError
		if !errors.As(err, &usage) || out.Len() > 0 || fail("tester", err) != 2 {
			t.Errorf("%q: %v\n%s", arg, err, out.String())
		}
	}
}

func TestVersion(t *testing.T) {
	version = "v1.2.3"
	defer func() { version = "" }()
	if got := Version(); !strings.HasPrefix(got, "v1.2.3 (go1.") {
		t.Errorf("version is %q", got)
	}
}

func TestWarnOfUnknown(t *testing.T) {
	for name, want := range map[string]string{
		"KAFKA_BOOTSTRAP_SERVERS": "",
		"KAFKA_BOOTSTRAP_SERVER":  "is KAFKA_BOOTSTRAP_SERVERS meant?",
		"kafka_bootstrap_servers": "is KAFKA_BOOTSTRAP_SERVERS meant?",
		"SCHEMA_REGISTRY_URI":     "is SCHEMA_REGISTRY_URL meant?",
		"LOGLEVEL":                "is LOG_LEVEL meant?",
		"TEST_WIAT":               "is TEST_WAIT meant?",
		"KAFKA_BROKERS":           "see tester --help",
		"BGP_PEERS":               "", // another program's
		"HTTP_PROXY":              "",
		"PATH":                    "",
		"KAFKA_SERVICE_HOST":      "", // Kubernetes'
		"KAFKA_PORT_9092_TCP":     "",
		"KAFKA_SERVICE_PORT_SSL":  "",
	} {
		var out strings.Builder
		testProgram().WarnOfUnknown(&out, []string{name + "=secret"})
		if want != "" {
			want = "tester: warning: there is no variable " + name + "; " + want + "\n"
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMissing(t *testing.T) {
	var c struct {
		Address string `envconfig:"TEST_ADDRESS" required:"true" example:"192.0.2.1"`
	}
	err := Load(&c)
	if err == nil || err.Error() != `TEST_ADDRESS="" is missing; example: TEST_ADDRESS=192.0.2.1` {
		t.Errorf("error = %v", err)
	}
}
