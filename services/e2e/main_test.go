package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binaries is the folder of the programs under test.
var binaries string

func TestMain(m *testing.M) {
	var status int
	var err error
	if os.Getenv(routersVariable) != "" {
		err = serveMonitoredRouter(os.Stdin, os.Stdout)
	} else {
		status, err = buildAndRun(m)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		status = 1
	}
	os.Exit(status)
}

func buildAndRun(m *testing.M) (status int, err error) {
	if binaries, err = os.MkdirTemp("", "altostream-e2e-"); err != nil {
		return 0, err
	}
	defer os.RemoveAll(binaries)
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", binaries+string(filepath.Separator), "./cmd/altostream", "./lab/cmd/lab")
	build.Dir = ".."
	if output, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build the programs: %w\n%s", err, output)
	}
	for _, name := range append(chainOrder, "altoctl") {
		if err := os.Symlink("altostream", filepath.Join(binaries, name)); err != nil {
			return 0, err
		}
	}
	defer closeKafkas()
	return m.Run(), nil
}
