package bgpingest

import (
	"maps"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/avro"
)

// TestSpeakerOutOfConfiguration keeps what a speaker of a former run told for the stale time, and then
// leaves nothing of it, unless it is configured after all.
func TestSpeakerOutOfConfiguration(t *testing.T) {
	left := newTable(t).apply(Configured{Source: "s", ASN: 1}, Up{Source: "s"}, reach("s", 1), endOfRIB("s")).records
	for name, test := range map[string]struct {
		events      []Event
		stale, gone string
	}{
		"left":          {[]Event{AllConfigured{}}, "stale [1]", "- []"},
		"configured":    {[]Event{Configured{Source: "s", ASN: 1}, AllConfigured{}}, "stale [1]", "idle []"},
		"back":          {[]Event{AllConfigured{}, Configured{Source: "s", ASN: 1}}, "stale [1]", "idle []"},
		"not known yet": {nil, "synced [1]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tb := newTable(t)
			tb.records = maps.Clone(left)
			tb.restart()
			if got := tb.apply(test.events...).state("s"); got != test.stale {
				t.Errorf("after the restart: %s, want %s", got, test.stale)
			}
			for i, alarm := range tb.alarms {
				if _, first := Spec(Config{}, tb.serde).Wake(alarm.Name).(FirstSessionDue); !first {
					tb.ring(i)
				}
			}
			if got := tb.state("s"); test.gone != "" && got != test.gone {
				t.Errorf("after the stale time: %s, want %s", got, test.gone)
			}
		})
	}
	t.Run("without objects", func(t *testing.T) {
		tb := newTable(t).apply(Configured{Source: "s", ASN: 1})
		tb.restart()
		if got := tb.apply(AllConfigured{}).state("s"); got != "- []" {
			t.Errorf("after the restart: %s", got)
		}
	})
}

// TestSpeakersThatAreKept keeps, of the speakers that the table tells of, those of this ingest in memory:
// whatever is known first, the table or the configuration, and when it stands by, none of the others.
func TestSpeakersThatAreKept(t *testing.T) {
	file, other := mrtSource("/mrt/a.mrt", netip.MustParseAddr("192.0.2.1")), mrtSource("/mrt/b.mrt", netip.MustParseAddr("192.0.2.1"))
	tb := newTable(t)
	for _, source := range []string{"s", "elsewhere", file, other} {
		tb.apply(Up{Source: source}, reach(source, 1), endOfRIB(source))
	}
	tb.disown().apply(Up{Source: "left"}, reach("left", 1), endOfRIB("left"))
	load := func(s *State) {
		for key, r := range tb.records {
			b, err := tb.serde.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			Step(s, Restored{Key: key, Record: (*avro.Encoded)(&b)})
		}
	}
	configured := []Event{Configured{Source: "s"}, AllConfigured{Files: []string{"/mrt/a.mrt"}}}
	for name, events := range map[string][]Event{
		"table first":         append([]Event{TakenOver{}}, configured...),
		"configuration first": append(slices.Clone(configured), TakenOver{}),
	} {
		s := newState(Config{Topology: "net", StaleTime: staleTime, MaxObjects: 10}, tb.serde)
		load(s)
		for _, e := range events {
			Step(s, e)
		}
		if diff := cmp.Diff([]string{"left", file, "s"}, s.sources()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		Step(s, StoodBy{})
		if diff := cmp.Diff([]string{"s"}, s.sources()); diff != "" {
			t.Errorf("%s, standing by (-want +got):\n%s", name, diff)
		}
	}
}
