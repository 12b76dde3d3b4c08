package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"text/tabwriter"
)

// Program is what --help says of a program that is configured by its environment alone.
type Program struct {
	Name   string
	About  string // what it does, after its name
	Listen string // address that HTTP_LISTEN has unless it is set
	// Configurations are pointers to the structs that its environment is read into.
	Configurations []any
}

// UsageError is a wrong command line.
type UsageError struct{ Text string }

func (e UsageError) Error() string { return e.Text }

// Main runs a program: it answers --help and --version, names variables that are none, and
// calls run until it returns or a signal asks for the end. The process ends with 0 after a
// signal, 1 after an error, 2 for a wrong command line or configuration.
func (p Program) Main(run func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	answered, err := p.answer(os.Args[1:], os.Stdout)
	if err == nil && !answered {
		p.WarnOfUnknown(os.Stderr, os.Environ())
		err = run(ctx)
	}
	ended := ctx.Err() != nil
	stop()
	if err != nil && !ended {
		os.Exit(fail(p.Name, err))
	}
}

// answer answers what asks for no run. Anything else is no argument.
func (p Program) answer(args []string, out io.Writer) (answered bool, err error) {
	if len(args) == 0 {
		return false, nil
	}
	switch args[0] {
	case "-h", "--help", "-help", "help":
		return true, p.help(out)
	case "--version", "-version", "version":
		_, err := fmt.Fprintln(out, p.Name, Version())
		return true, err
	}
	return false, UsageError{fmt.Sprintf("unexpected argument %q: it is configured by environment variables alone, see %s --help", args[0], p.Name)}
}

func (p Program) help(out io.Writer) error {
	fmt.Fprintf(out, "%s %s.\n\nIt takes no arguments but --help and --version; environment variables configure it:\n\n", p.Name, p.About)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, v := range variables(p.Configurations...) {
		meaning, preset := v.meaning, v.preset
		if v.name == "HTTP_LISTEN" {
			preset = cmp.Or(preset, p.Listen)
		}
		if preset != "" {
			meaning += " (" + preset + ")"
		}
		fmt.Fprintf(t, "  %s\t%s\n", v.name, meaning)
	}
	return t.Flush()
}

// version is set by the build: -ldflags "-X github.com/altostream/altostream/libs/service.version=…".
var version string

// Version says which build this is: what the build was told, else what Go knows of it, and
// the compiler.
func Version() string {
	text := version
	if info, ok := debug.ReadBuildInfo(); ok && text == "" {
		text = info.Main.Version
	}
	return fmt.Sprintf("%s (%s %s/%s)", text, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// fail prints an error of the command line, the configuration or a run, and returns the
// exit status.
func fail(name string, err error) int {
	fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
	var wrong *ConfigError
	var usage UsageError
	if errors.As(err, &wrong) || errors.As(err, &usage) {
		return 2
	}
	return 1
}
