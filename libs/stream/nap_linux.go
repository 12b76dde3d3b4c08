package stream

import "syscall"

// nap waits for some 100 µs. In a process that has nothing else to do, time.Sleep makes a
// millisecond of that.
func nap() {
	t := syscall.NsecToTimespec(50_000)
	_ = syscall.Nanosleep(&t, nil)
}
