package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCommandLines asks every program for help and its version, and gives it arguments that it
// does not know.
func TestCommandLines(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Concat(chainOrder, []string{"lab", "altoctl"}) {
		for _, test := range []struct {
			arg    string
			status int
			want   string
		}{
			{"--help", 0, `(?s)^` + name + ` .*KAFKA_BOOTSTRAP_SERVERS`},
			{"--version", 0, `^` + name + `.* \(go1\.`},
			{"--no-such", 2, `^` + name + `: .*--no-such`},
			{"start", 2, `^` + name + `: .*"start"`},
		} {
			status, output := runProgram(t, nil, name, test.arg)
			if status != test.status || !regexp.MustCompile(test.want).MatchString(output) {
				t.Errorf("%s %s ends with status %d and says\n%s\nwant %d, %s", name, test.arg, status, output, test.status, test.want)
			}
		}
	}
}

// TestVariablesAreExplained finds every variable that --help lists explained there, and in the docs.
func TestVariablesAreExplained(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := regexp.MustCompile(`(?m)^  ([A-Z_]+) +(.*)$`)
	for _, name := range append(chainOrder, "lab") {
		_, help := runProgram(t, nil, name, "--help")
		variables := listed.FindAllStringSubmatch(help, -1)
		if len(variables) < 7 {
			t.Errorf("%s lists %d variables", name, len(variables))
		}
		for _, v := range variables {
			if v[2] == "" || strings.HasPrefix(v[2], "(") {
				t.Errorf("%s does not say what %s is", name, v[1])
			}
			if !strings.Contains(string(docs), "`"+v[1]+"`") {
				t.Errorf("docs/configuration.md does not know %s", v[1])
			}
		}
	}
}

// TestProgramsByArgument calls a program by the name of the file that is all of them.
func TestProgramsByArgument(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"map-builder", "--version"}, 0, "map-builder "},
		{[]string{"altoctl", "--version"}, 0, "altoctl "},
		{[]string{"altoctl"}, 2, "altoctl: which command?"},
		{nil, 2, "altostream: which program?"},
		{[]string{"map-bilder"}, 2, "altostream: which program?"},
	} {
		if status, output := runProgram(t, nil, "altostream", test.args...); status != test.status || !strings.HasPrefix(output, test.want) {
			t.Errorf("altostream %q ends with status %d and says\n%s\nwant %d, %s", test.args, status, output, test.status, test.want)
		}
	}
}

// TestMisspeltVariable names a variable that is none, before anything else.
func TestMisspeltVariable(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Concat(chainOrder, []string{"lab", "altoctl"}) {
		env := slices.Concat([]string{"KAFKA_BOOTSTRAP_SERVER=localhost:9092", "LOG_LEVEL=loud"}, enough[name])
		args := []string{"topics"}
		if name != "altoctl" {
			args = nil
		}
		status, output := runProgram(t, env, name, args...)
		want := name + ": warning: there is no variable KAFKA_BOOTSTRAP_SERVER; is KAFKA_BOOTSTRAP_SERVERS meant?\n"
		if status != 2 || !strings.HasPrefix(output, want) {
			t.Errorf("%s ends with status %d and says\n%s\nwant 2, %s", name, status, output, want)
		}
	}
}

// runProgram runs a program to its end.
func runProgram(t *testing.T, env []string, name string, args ...string) (status int, output string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, name), args...)
	cmd.Env = env
	text, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(text)
}
