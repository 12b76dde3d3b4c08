package stream

import (
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/service"
)

func TestUnfit(t *testing.T) {
	table := func(partitions int, config map[string]string) Topic {
		all := map[string]string{"cleanup.policy": "compact", "max.message.bytes": "1048588"}
		for key, value := range config {
			all[key] = value
		}
		return Topic{Partitions: partitions, Replicas: 1, Config: all}
	}
	uses := []use{{topic: "out", written: true}, {topic: "in"}, {topic: "whole", whole: true}}
	for name, test := range map[string]struct {
		out, in, whole Topic
		batch          int
		want           []string // none: nothing is wrong
	}{
		"as they should be":        {table(2, nil), table(2, nil), table(3, nil), 1_000_000, nil},
		"settings are not known":   {Topic{Partitions: 2}, Topic{Partitions: 2}, Topic{Partitions: 2}, 8_000_000, nil},
		"output is not compacted":  {table(2, map[string]string{"cleanup.policy": "delete"}), table(2, nil), table(2, nil), 1, []string{`topic out: cleanup.policy is "delete", must be "compact"`}},
		"input is not compacted":   {table(2, nil), table(2, map[string]string{"cleanup.policy": "delete"}), table(2, nil), 1, []string{`topic in: cleanup.policy is "delete"`}},
		"input is deleted as well": {table(2, nil), table(2, nil), table(2, map[string]string{"cleanup.policy": "compact,delete"}), 1, []string{`topic whole: cleanup.policy is "compact,delete"`}},
		"other partitions":         {table(2, nil), table(3, nil), table(2, nil), 1, []string{"topic in: it has 3 partitions, must have as many as out, 2"}},
		"batches too large":        {table(2, nil), table(2, nil), table(2, nil), 1_048_589, []string{"topic out: max.message.bytes is 1048588, must be at least the producer's message.max.bytes, 1048589"}},
		"only the output is written": {
			table(2, nil), table(2, map[string]string{"max.message.bytes": "1"}), table(2, nil), 1_000_000, nil,
		},
		"two things": {
			table(2, map[string]string{"max.message.bytes": "999"}), table(1, nil), table(2, nil), 1000,
			[]string{"topic out: max.message.bytes is 999", "topic in: it has 1 partitions"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := unfit(uses, map[string]Topic{"out": test.out, "in": test.in, "whole": test.whole}, test.batch)
			if len(test.want) == 0 && err != nil {
				t.Fatalf("%v, want nothing wrong", err)
			}
			if len(test.want) > 0 && err == nil {
				t.Fatalf("nothing is wrong, want %q", test.want)
			}
			for _, want := range append(test.want, "; mend it: altoctl topics apply") {
				if err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
			if err != nil && strings.Count(err.Error(), "topic ") != len(test.want) {
				t.Errorf("%v, want only %q", err, test.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	for text, want := range map[string]limits{
		"":                                    {1_000_000, 64 << 20, 10 * time.Second},
		"message.max.bytes=8000000":           {8_000_000, 64 << 20, 10 * time.Second},
		"queue.buffering.max.kbytes=1024":     {1_000_000, 1 << 20, 10 * time.Second},
		"transaction.timeout.ms=1000":         {1_000_000, 64 << 20, time.Second},
		"message.max.bytes=what is no number": {1_000_000, 64 << 20, 10 * time.Second},
	} {
		var p service.Properties
		if err := p.Decode(text); err != nil {
			t.Fatal(err)
		}
		if got := limitsOf(p); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
