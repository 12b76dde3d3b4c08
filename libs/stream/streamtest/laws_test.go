package streamtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/seeds"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// copied is the state of a processor whose output holds under each key what the
// input holds.
type copied struct {
	held    map[string]string
	changed map[string]bool
	count   int // for processors that break the law
}

type said struct{ key, text string } // text "": the key does not exist

func event(key string, text *string) any {
	if text == nil {
		return said{key: key}
	}
	return said{key, *text}
}

type output = stream.Output[schemas.NetworkMap]

type step = func(*copied, any) (*copied, []output)

func value(tag string) *schemas.NetworkMap {
	return &schemas.NetworkMap{Meta: &schemas.NetworkMapMeta{VTag: schemas.VersionTag{ResourceID: "r", Tag: tag}}}
}

func right(s *copied, e any) (*copied, []output) {
	if e, ok := e.(said); ok {
		s.changed[e.key] = true
		s.held[e.key] = e.text
		if e.text == "" {
			delete(s.held, e.key)
		}
		return s, nil
	}
	var out []output
	for _, key := range slices.Sorted(maps.Keys(s.changed)) {
		o := output{Key: key}
		if text, ok := s.held[key]; ok {
			o.Value = value(text)
		}
		out = append(out, o)
	}
	clear(s.changed)
	return s, out
}

func specOf(t *testing.T, s step) stream.Spec[*copied, any, schemas.NetworkMap] {
	return stream.Spec[*copied, any, schemas.NetworkMap]{
		Name:   "copied",
		Inputs: []stream.Input[any]{{Topic: "in"}},
		Output: stream.Table[schemas.NetworkMap]{
			Topic: schemas.NetworkMapsTopic, Serde: Serde[schemas.NetworkMap](t, schemas.NetworkMapsTopic),
		},
		Init:  func() *copied { return &copied{held: map[string]string{}, changed: map[string]bool{}} },
		Step:  s,
		Flush: nil,
	}
}

func history() []Keyed[any] {
	var h []Keyed[any]
	for _, text := range []string{"a=1", "b=1", "c=1", "a=2", "b=", "d=1", "c=2", "d=", "e=1", "e=2", "a=3"} {
		key, text, _ := strings.Cut(text, "=")
		if text == "" {
			h = append(h, Record[any, string]("in", key, nil, event))
		} else {
			h = append(h, Record("in", key, &text, event))
		}
	}
	return h
}

func TestAProcessorThatKeepsTheLaw(t *testing.T) {
	PathIndependent(t, specOf(t, right), history())
}

// Each of these breaks the law in one way; the failure names the way through the
// history that shows it, and its seed.
func TestProcessorsThatBreakTheLaw(t *testing.T) {
	counts := func(s *copied, e any) (*copied, []output) {
		if _, ok := e.(said); ok {
			s.count++
		}
		s, out := right(s, e)
		for _, o := range out {
			if o.Value != nil {
				o.Value.Meta.VTag.Tag += fmt.Sprint("#", s.count)
			}
		}
		return s, out
	}
	forgetsDeletes := func(s *copied, e any) (*copied, []output) {
		if e, ok := e.(said); ok && e.text == "" {
			return s, nil
		}
		return right(s, e)
	}
	lastKeyWins := func(s *copied, e any) (*copied, []output) {
		if e, ok := e.(said); ok && e.text != "" {
			s.held["last"], s.changed["last"] = e.key, true
		}
		return right(s, e)
	}
	waits := func(s *copied, e any) (*copied, []output) {
		if _, ok := e.(said); ok {
			s.count++
		} else if s.count < 4 {
			return s, nil
		}
		return right(s, e)
	}
	notRenewed := func(s *copied, e any) (*copied, []output) {
		s, out := right(s, e)
		for _, o := range out {
			if o.Value != nil {
				o.Value.Meta.VTag.ResourceID = fmt.Sprint("r", len(s.held))
			}
		}
		return s, out
	}
	forgetsChanges := func(s *copied, e any) (*copied, []output) {
		if e, ok := e.(said); ok && e.text == "" && s.held[e.key] == "" {
			clear(s.changed)
			return s, nil
		}
		return right(s, e)
	}
	tests := []struct {
		name string
		step step
		want string // in the failure
	}{
		{"counts records", counts, "records repeated, seed"},
		{"forgets deletes", forgetsDeletes, "after the inputs are gone"},
		{"forgets changes at a delete of nothing", forgetsChanges, "deletes of keys that do not exist, seed"},
		{"the last key wins", lastKeyWins, "keys interleaved, seed"},
		{"waits for a number of records", waits, "after a restart at record"},
		{"an output depends on other keys and is not renewed", notRenewed, "keys interleaved, seed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := check(specOf(t, tt.step), history(), nil)
			if err == nil {
				t.Fatal("not found out")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("failure does not say %q:\n%v", tt.want, err)
			}
		})
	}
}

func TestAHistoryWithoutOutputProvesNothing(t *testing.T) {
	silent := func(s *copied, _ any) (*copied, []output) { return s, nil }
	if err := check(specOf(t, silent), history(), nil); err == nil {
		t.Error("accepted")
	}
}

func TestInterleaveKeepsTheOrderOfEachKey(t *testing.T) {
	h := history()
	for seed := range seeds.Of(100) {
		p := newPath(specOf(t, right), nil, seed)
		mixed := interleave(p.rng, h)
		if len(mixed) != len(h) {
			t.Fatalf("seed %d: %d records of %d", seed, len(mixed), len(h))
		}
		for _, k := range compact(h) {
			if got, want := eventsOf(mixed, k.id()), eventsOf(h, k.id()); !slices.Equal(got, want) {
				t.Fatalf("seed %d: key %s: got %v, want %v", seed, k.Key, got, want)
			}
		}
	}
}

func eventsOf(h []Keyed[any], key id) []any {
	var events []any
	for _, k := range h {
		if k.id() == key {
			events = append(events, k.Event)
		}
	}
	return events
}

func TestCompact(t *testing.T) {
	var got []string
	for _, k := range compact(history()) {
		got = append(got, fmt.Sprint(k.Event, " ", k.Exists))
	}
	want := []string{"{a 3} true", "{b } false", "{c 2} true", "{d } false", "{e 2} true"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := len(existing(compact(history()))); n != 3 {
		t.Errorf("%d keys exist, want 3", n)
	}
	for _, k := range deletions(history()) {
		if k.Exists || k.Event != any(said{key: k.Key}) {
			t.Errorf("%v is no delete of %s", k.Event, k.Key)
		}
	}
}

func TestDifference(t *testing.T) {
	tests := []struct {
		name      string
		want, got map[string]string
		says      string
	}{
		{"equal", map[string]string{"a": "1"}, map[string]string{"a": "1"}, ""},
		{"missing", map[string]string{"a": "1"}, nil, "a is missing; want 1"},
		{"too much", nil, map[string]string{"a": "1"}, "a should not exist; it is 1"},
		{"different", map[string]string{"a": "1"}, map[string]string{"a": "2"}, "a differs\nwant 1\n got 2"},
	}
	for _, tt := range tests {
		if says := difference(tt.want, tt.got); says != tt.says {
			t.Errorf("%s: %q, want %q", tt.name, says, tt.says)
		}
	}
}
