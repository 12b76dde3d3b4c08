package computeingest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"
	"unsafe"

	"github.com/altostream/altostream/services/compute-ingest/collect/document"
)

// TestAClockThatJumps has the time of day jump between two looks at it: how old a reading is, and with it whether
// the source is stale, is measured.
func TestAClockThatJumps(t *testing.T) {
	for _, jump := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		for _, tt := range []struct {
			age   time.Duration
			stale bool
		}{{time.Minute, false}, {time.Hour, true}} {
			t.Run(fmt.Sprint(jump, " after ", tt.age), func(t *testing.T) {
				f := newFrame(t)
				telemetry, err := newTelemetry(f.Runtime)
				if err != nil {
					t.Fatal(err)
				}
				r := newFollower("static", document.NewReader("/nonexistent"), 10*time.Minute, telemetry)
				if err := telemetry.watchAges([]*follower{r}); err != nil {
					t.Fatal(err)
				}
				stale := false
				r.failed = func(context.Context, time.Time, error) { stale = true }
				good := beforeJump(time.Now().Add(-tt.age), jump)
				r.good.Store(&good)
				if off := time.Now().Round(0).Sub(good.Round(0)) - jump - tt.age; off.Abs() > time.Minute/2 {
					t.Fatalf("the clock has not jumped by %v, but for %v", jump, off)
				}
				r.report(t.Context(), errors.New("connection refused"))
				if stale != tt.stale {
					t.Errorf("stale: %t, want %t", stale, tt.stale)
				}
				if age := f.metric(t, "compute_read_age_seconds", "static"); math.Abs(age-tt.age.Seconds()) > 30 {
					t.Errorf("the age is %v s, want %v", age, tt.age)
				}
			})
		}
	}
}

// beforeJump is a reading of both clocks as it would have been had the time of day jumped since. Only package time can
// make one, so this sets its seconds since 1885, which are above 30 bits of nanoseconds.
func beforeJump(t time.Time, jump time.Duration) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall -= uint64(int64(jump/time.Second)) << 30
	return t
}
