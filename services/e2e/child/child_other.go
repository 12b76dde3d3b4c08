//go:build !linux

// Package child starts processes that do not outlive their parent.
package child

import "os/exec"

// Start starts a process; the caller ends it.
func Start(cmd *exec.Cmd) error { return cmd.Start() }
