package stream

import "testing"

// TestFeedTableAfterLoss reads on in the table after publishing was lost: that does not make the
// instance the one that publishes.
func TestFeedTableAfterLoss(t *testing.T) {
	spec := toySpec(0)
	f := &feed[[]Output[string], toy, string]{spec: spec, machine: NewMachine(spec)}
	if err := f.follow(t.Context(), leadEvent{end: true}); err != nil {
		t.Fatal(err)
	}
	if f.leads {
		t.Error("it leads without a writer")
	}
}
