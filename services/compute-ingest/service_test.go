package computeingest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/service"
)

// next waits for the next event of a source.
func (f feed) next(t *testing.T) Event {
	t.Helper()
	select {
	case e := <-f.events:
		if e.ObservedAt.IsZero() {
			t.Errorf("%T has no time", e.Event)
		}
		return e.Event
	case <-time.After(10 * time.Second):
		t.Fatal("no event within 10 s")
		return nil
	}
}

func feedsOf(t *testing.T, fr frame, c Config) []feed {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	feeds, err := newFeeds(ctx, c, fr.Runtime)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range feeds {
		go f.follower.follow(ctx)
	}
	return feeds
}

// Two sources, a file and a URL, and a sites file: what each processor is told, in
// which order.
func TestFeeds(t *testing.T) {
	folder := t.TempDir()
	path, sites := filepath.Join(folder, "compute.json"), filepath.Join(folder, "sites.json")
	write(t, path, `{"a":{"ram_used":1},"b":{"ram_used":-1}}`)
	write(t, sites, `{"a":{"site":"x","addresses":["192.0.2.1/24"]}}`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"c":{"gpu":1}}`)) }))
	defer s.Close()
	fr := newFrame(t)
	feeds := feedsOf(t, fr, Config{
		ComputeSources: documents("static", path, "dc1", s.URL), ComputeSites: sites, ComputePollInterval: 20 * time.Millisecond,
	})
	for i, f := range feeds {
		told, ok := f.next(t).(SitesRead)
		if !ok || told.Sites["a"] == nil || *told.Sites["a"].Site != "x" || told.Sites["a"].Addresses != nil {
			t.Errorf("source %d is not told the sites first: %+v", i, told)
		}
	}
	told, ok := feeds[0].next(t).(Read)
	if _, aside := told.Reading.PutAside["b"]; !ok || len(told.Reading.Resources) != 1 || !aside || told.At.IsZero() {
		t.Errorf("static tells %+v", told)
	}
	if told, ok := feeds[1].next(t).(Read); !ok || len(told.Reading.Resources) != 1 {
		t.Errorf("dc1 tells %+v", told)
	}
	write(t, sites, `{}`)
	for i, f := range feeds {
		if told, ok := f.next(t).(SitesRead); !ok || told.Sites == nil || len(told.Sites) != 0 {
			t.Errorf("source %d is not told the new sites: %+v", i, told)
		}
	}
	for source, want := range map[string]float64{"static": 1, "dc1": 1, sitesName: 1} {
		eventually(t, "what is put aside is counted for "+source, func() bool { return fr.metric(t, "compute_put_aside", source) == want })
		if age := fr.metric(t, "compute_read_age_seconds", source); age < 0 {
			t.Errorf("%s has no age", source)
		}
	}
	for _, part := range []string{"source=static", `resource \"b\": source: field ram_used: -1 is negative`, "source=dc1", `field \"gpu\" is not known`, "has host bits"} {
		eventually(t, "the log says "+part, func() bool { return strings.Contains(fr.log.String(), part) })
	}
}

func TestWithoutSitesTheyAreEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "compute.json")
	write(t, path, `{}`)
	feeds := feedsOf(t, newFrame(t), Config{ComputeSources: documents("static", path), ComputePollInterval: time.Hour})
	if told, ok := feeds[0].next(t).(SitesRead); !ok || told.Sites == nil {
		t.Errorf("got %+v", told)
	}
	if _, ok := feeds[0].next(t).(Read); !ok {
		t.Error("no document")
	}
}

// Sites that cannot be read at the start are not told, and come in when they can.
func TestSitesThatComeLater(t *testing.T) {
	folder := t.TempDir()
	path, sites := filepath.Join(folder, "compute.json"), filepath.Join(folder, "sites.json")
	write(t, path, `{}`)
	feeds := feedsOf(t, newFrame(t), Config{ComputeSources: documents("static", path), ComputeSites: sites, ComputePollInterval: time.Hour})
	if _, ok := feeds[0].next(t).(Read); !ok {
		t.Error("the document is not told first")
	}
	replace(t, sites, `{"a":{}}`)
	if told, ok := feeds[0].next(t).(SitesRead); !ok || len(told.Sites) != 1 {
		t.Errorf("got %+v", told)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	c := Config{
		Config:         service.Config{KafkaBootstrapServers: "127.0.0.1:1", SchemaRegistryURL: "http://127.0.0.1:1"},
		ComputeSources: documents("a", "/x", "b", "/y"), ComputePollInterval: time.Hour,
	}
	fr := newFrame(t)
	if err := Run(ctx, c, fr.Runtime); ctx.Err() == nil {
		t.Errorf("ended before: %v", err)
	}
	if fr.IsReady() {
		t.Error("ready without Kafka")
	}
}
