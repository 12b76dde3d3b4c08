// Package child starts processes that do not outlive their parent.
package child

import (
	"os/exec"
	"runtime"
	"syscall"
)

// starts are run one by one on a thread that lives as long as this process: the kernel
// ends a process with Pdeathsig when the thread that started it ends.
var starts = make(chan func())

func init() {
	go func() {
		runtime.LockOSThread()
		for start := range starts {
			start()
		}
	}()
}

// Start starts a process that does not outlive this one, however it ends.
func Start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	result := make(chan error)
	starts <- func() { result <- cmd.Start() }
	return <-result
}
