package altoctl

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/stream"
)

func TestPlanTopics(t *testing.T) {
	config := map[string]string{"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.10"}
	wanted := []wantedTopic{{name: "cost_maps", partitions: 2, replicationFactor: 3, config: config}}
	topic := func(partitions, replicas int, empty bool, settings ...string) realTopic {
		all := map[string]string{"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1", "other": "x"}
		for i := 0; i < len(settings); i += 2 {
			all[settings[i]] = settings[i+1]
		}
		return realTopic{stream.Topic{Partitions: partitions, Replicas: replicas, Config: all}, empty}
	}
	const same = "The topics are as the file says."
	for name, test := range map[string]struct {
		actual map[string]realTopic
		told   consent
		want   []string // lines begin with these
	}{
		"there is none":   {nil, consent{}, []string{"+ create cost_maps: 2 partitions, replication factor 3, cleanup.policy=compact, min.cleanable.dirty.ratio=0.10"}},
		"as the file":     {map[string]realTopic{"cost_maps": topic(2, 3, false)}, consent{}, []string{same}},
		"another setting": {map[string]realTopic{"cost_maps": topic(2, 3, false, "cleanup.policy", "delete")}, consent{}, []string{"~ cost_maps: cleanup.policy delete → compact"}},
		"two settings": {
			map[string]realTopic{"cost_maps": topic(2, 3, false, "cleanup.policy", "delete", "min.cleanable.dirty.ratio", "0.5")}, consent{},
			[]string{"~ cost_maps: cleanup.policy delete → compact", "~ cost_maps: min.cleanable.dirty.ratio 0.5 → 0.10"},
		},
		"too few partitions, empty":   {map[string]realTopic{"cost_maps": topic(1, 3, true)}, consent{}, []string{"~ cost_maps: partitions 1 → 2 (it is empty"}},
		"too few partitions":          {map[string]realTopic{"cost_maps": topic(1, 3, false)}, consent{}, []string{"! cost_maps: partitions 1 → 2: it holds records"}},
		"too few partitions, told":    {map[string]realTopic{"cost_maps": topic(1, 3, false)}, consent{extend: []string{"cost_maps"}}, []string{"~ cost_maps: partitions 1 → 2 (its records stay where they are"}},
		"too many partitions":         {map[string]realTopic{"cost_maps": topic(3, 3, true)}, consent{}, []string{"! cost_maps: partitions 3 → 2: Kafka cannot take partitions away; set the file to 3"}},
		"other replication":           {map[string]realTopic{"cost_maps": topic(2, 1, true)}, consent{}, []string{"! cost_maps: replication factor 1 → 3: not made here: move the replicas"}},
		"settings may not be read":    {map[string]realTopic{"cost_maps": {stream.Topic{Partitions: 2, Replicas: 3}, true}}, consent{}, []string{"! cost_maps: its settings cannot be compared"}},
		"not in the file":             {map[string]realTopic{"cost_maps": topic(2, 3, false), "raw-topology": topic(1, 1, true)}, consent{}, []string{"  raw-topology is in the cluster and not in the file", same}},
		"deleted, not in the file":    {map[string]realTopic{"cost_maps": topic(2, 3, false), "raw-topology": topic(1, 1, false)}, consent{remove: []string{"raw-topology"}}, []string{"- delete raw-topology with all its records"}},
		"deleted and created anew":    {map[string]realTopic{"cost_maps": topic(1, 1, false)}, consent{remove: []string{"cost_maps"}}, []string{"- delete cost_maps", "+ create cost_maps: 2 partitions"}},
		"deleted, but does not exist": {map[string]realTopic{"cost_maps": topic(2, 3, false)}, consent{remove: []string{"raw-topology"}}, []string{same}},
	} {
		t.Run(name, func(t *testing.T) {
			before := maps.Clone(config)
			plan := planTopics(wanted, test.actual, test.told)
			var out strings.Builder
			plan.print(&out)
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			for i, want := range test.want {
				if len(lines) != len(test.want) || !strings.HasPrefix(lines[i], want) {
					t.Fatalf("plan is\n%swant\n%s", out.String(), strings.Join(test.want, "\n"))
				}
			}
			if plan.empty() != (test.want[len(test.want)-1] == same) {
				t.Errorf("empty is %v", plan.empty())
			}
			if diff := cmp.Diff(before, config); diff != "" {
				t.Errorf("the file is changed (-before +after):\n%s", diff)
			}
		})
	}
}
