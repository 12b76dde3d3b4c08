package stream_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// TestFeedResigns has an ingest resign while there is another replica, and come back.
func TestFeedResigns(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.resigns = true
	first, stopFirst := b.feed(t, "name", map[string]string{})
	second, stopSecond := b.feed(t, "name", map[string]string{})
	tell(first, "a", "1")
	b.awaitTable(t, map[string]string{"a": "<1>"})
	tell(first, "resign", "")
	i := 0
	await(t, "the second publishes", func() bool {
		i++
		tell(second, "b", fmt.Sprint(i))
		got, _ := b.table(t, "out")
		return got["b"] != ""
	})
	tell(first, "resume", "")
	time.Sleep(4 * time.Second) // it is back in the group
	stopSecond()
	await(t, "the first publishes again", func() bool {
		i++
		tell(first, "c", fmt.Sprint(i))
		got, _ := b.table(t, "out")
		return got["c"] != ""
	})
	stopFirst()
}

// TestFeedAllResign has both replicas resign: the second publishes and keeps doing so, and the first again
// when there is no other.
func TestFeedAllResign(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.resigns = true
	first, stopFirst := b.feed(t, "name", map[string]string{})
	second, stopSecond := b.feed(t, "name", map[string]string{})
	tell(first, "a", "1")
	b.awaitTable(t, map[string]string{"a": "<1>"})
	i := 0
	publishes := func(events chan<- stream.Event[event], key string) func() bool {
		return func() bool {
			i++
			tell(events, key, fmt.Sprint(i))
			got, _ := b.table(t, "out")
			return got[key] != ""
		}
	}
	tell(second, "resign", "")
	tell(first, "resign", "")
	await(t, "the second publishes", publishes(second, "b"))
	for end := time.Now().Add(6 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if publishes(first, "c")() {
			t.Fatal("the first publishes again, while there is the second")
		}
	}
	await(t, "the second still publishes", publishes(second, "d"))
	stopSecond()
	await(t, "the first publishes again", publishes(first, "e"))
	stopFirst()
}

// TestFeedHearsMore hands over to an instance that resigned and hears more by now than the one that publishes:
// a source that nobody hears is no reason to stay away for ever.
func TestFeedHearsMore(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.resigns = true
	first, stopFirst := b.feed(t, "name", map[string]string{})
	second, stopSecond := b.feed(t, "name", map[string]string{})
	tell(first, "a", "1")
	b.awaitTable(t, map[string]string{"a": "<1>"})
	i := 0
	publishes := func(events chan<- stream.Event[event], key string) func() bool {
		return func() bool {
			i++
			tell(events, key, fmt.Sprint(i))
			got, _ := b.table(t, "out")
			return got[key] != ""
		}
	}
	tell(first, "resume", "heard by one")
	tell(second, "resign", "heard by none")
	tell(first, "resign", "heard by none")
	await(t, "the second publishes", publishes(second, "b"))
	tell(second, "resign", "heard by one")
	tell(second, "lost rheard by one", "now")
	await(t, "the first publishes again", publishes(first, "c"))
	tell(first, "d", "1")
	stopSecond()
	stopFirst()
}

func tell(events chan<- stream.Event[event], key, tag string) {
	events <- stream.Event[event]{Event: event{key: key, value: mapOf(tag)}, ObservedAt: time.UnixMicro(5)}
}

// resigning is the toy processor, which resigns and resumes when it is told to.
func resigning(step func(map[string]*schemas.NetworkMap, event) (map[string]*schemas.NetworkMap, []stream.Output[schemas.NetworkMap])) func(map[string]*schemas.NetworkMap, event) (map[string]*schemas.NetworkMap, []stream.Output[schemas.NetworkMap]) {
	return func(s map[string]*schemas.NetworkMap, e event) (map[string]*schemas.NetworkMap, []stream.Output[schemas.NetworkMap]) {
		if e.key == "resign" || e.key == "resume" {
			source := "r"
			if e.value != nil {
				source += e.value.Meta.VTag.Tag
			}
			return s, []stream.Output[schemas.NetworkMap]{{Key: source, Resign: e.key == "resign", Resume: e.key == "resume"}}
		}
		return step(s, e)
	}
}
