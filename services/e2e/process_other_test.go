//go:build !linux

package e2e

import "os/exec"

// startBound starts a process; it is killed at the end of its test.
func startBound(cmd *exec.Cmd) error { return cmd.Start() }
