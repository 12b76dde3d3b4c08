package lab

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestDemo shows where there is room: a link that fails moves a site, and a full one is left out.
func TestDemo(t *testing.T) {
	t.Parallel()
	var shown safeBuffer
	startLabOn(t, Config{Routers: routersSeed, Events: eventsDemo, EventsPause: 2 * time.Second}, &shown)
	for _, want := range []string{
		`1  bilbao   0 [^\n]*\n  2  madrid   10 [^\n]*\n  2  sevilla  10 `,
		`── link R1–R3 fails ──[\s\S]*  2  sevilla  10 [^\n]*\n  3  madrid   20 `,
		`── bilbao fills up ──[\s\S]*1  (madrid|sevilla)  *10 [\s\S]*not bilbao: 3\.4 GB ram free of 127\.4 GB, 16 GB needed\n`,
		`── bilbao has room again ──[\s\S]*1  bilbao   0 `,
	} {
		shown.await(t, regexp.MustCompile(want))
	}
}

func TestLoadKeepsWhatAPersonChanged(t *testing.T) {
	document := filepath.Join(t.TempDir(), "compute.json")
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(document, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(`{"a": {"vcpu_available": "80"}, "b": {}}`)
	l, err := newLoad(document)
	if err != nil {
		t.Fatal(err)
	}
	put(`{"a": {"vcpu_available": "40"}, "c": {"vcpu_used": 7}}`) // b is gone
	if err := l.fill("a"); err != nil {
		t.Fatal(err)
	}
	if err := l.fill("b"); err != nil {
		t.Fatal(err)
	}
	hosts, err := l.read()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]any{
		"a": {"vcpu_available": "40", "instances": 31.0, "vcpu_used": 62.0, "ram_used": 126976.0, "disk_used": 620.0},
		"c": {"vcpu_used": 7.0},
	}
	if diff := cmp.Diff(want, hosts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	put(`{"a": {`) // half an edit
	if err := l.drain("a"); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(document); string(text) != `{"a": {` {
		t.Errorf("half an edit is now %s", text)
	}
}
