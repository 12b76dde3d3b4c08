//go:build !linux

package stream

import "time"

// nap waits for some 100 µs.
func nap() { time.Sleep(100 * time.Microsecond) }
