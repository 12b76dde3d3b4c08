package e2e

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// BenchmarkIdle measures what a builder of twelve empty partitions costs: the percentage of one core, while
// nothing happens for as many seconds as -benchtime has rounds (-benchtime 30x).
func BenchmarkIdle(b *testing.B) {
	clients := startBroker(b, 12)
	p := launch(b, "map-builder", common(clients)...)
	p.awaitReady()
	time.Sleep(5 * time.Second)
	before := processorTime(b, p)
	b.ResetTimer()
	for range b.N {
		time.Sleep(time.Second)
	}
	used := processorTime(b, p) - before
	b.ReportMetric(100*used.Seconds()/b.Elapsed().Seconds(), "%core")
}

// processorTime is how long a process has run on a processor.
func processorTime(tb testing.TB, p *process) time.Duration {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		tb.Fatal(err)
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // from the state on, proc(5)
	var ticks int
	for _, field := range fields[11:13] { // utime, stime
		n, err := strconv.Atoi(string(field))
		if err != nil {
			tb.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond // USER_HZ is 100 on Linux
}
