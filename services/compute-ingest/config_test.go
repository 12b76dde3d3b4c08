package computeingest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/altostream/altostream/libs/service"
)

func TestConfig(t *testing.T) {
	t.Setenv("COMPUTE_SOURCES", "static=/etc/compute.json, dc1=https://user:secret@dc1.example/compute.json?a=b,local=compute.json,")
	t.Setenv("COMPUTE_SITES", "/etc/sites.json")
	var c Config
	if err := service.Load(&c); err != nil {
		t.Fatal(err)
	}
	want := documents("static", "/etc/compute.json", "dc1", "https://user:secret@dc1.example/compute.json?a=b", "local", "compute.json")
	if diff := cmp.Diff(want, c.ComputeSources); diff != "" {
		t.Error(diff)
	}
	if c.ComputePollInterval != 10*time.Second || c.ComputeSites != "/etc/sites.json" {
		t.Errorf("interval %v, sites %q", c.ComputePollInterval, c.ComputeSites)
	}
}

func TestWrongConfig(t *testing.T) {
	tests := []struct{ name, variable, value, problem string }{
		{"no sources", "COMPUTE_SOURCES", "", "is empty: there is nothing to read"},
		{"only commas", "COMPUTE_SOURCES", ", ,", "is empty: there is nothing to read"},
		{"no location", "COMPUTE_SOURCES", "static", `has "static", which is not name=location`},
		{"empty location", "COMPUTE_SOURCES", "static=", "has a wrong location for static: it is empty"},
		{"empty name", "COMPUTE_SOURCES", "=/etc/compute.json", `has the name "", which is not 1 to 64 of A-Z a-z 0-9 . _ -`},
		{"name with |", "COMPUTE_SOURCES", "a|b=/x", `has the name "a|b", which is not 1 to 64 of A-Z a-z 0-9 . _ -`},
		{"name twice", "COMPUTE_SOURCES", "a=/x,a=/y", "names the source a twice"},
		{"other scheme", "COMPUTE_SOURCES", "a=ftp://host/x", "has a wrong location for a: it is neither the path of a file nor an http(s) URL (write a comma in a URL as %2C)"},
		{"no host", "COMPUTE_SOURCES", "a=http:///x", "has a wrong location for a: it is neither the path of a file nor an http(s) URL (write a comma in a URL as %2C)"},
		{"sites are no URL", "COMPUTE_SITES", "http://host/sites.json", "is not the path of a file"},
		{"interval", "COMPUTE_POLL_INTERVAL", "soon", "is not a duration"},
		{"no interval", "COMPUTE_POLL_INTERVAL", "0s", "is shorter than 100ms"},
		{"a common value", "KAFKA_BOOTSTRAP_SERVERS", " ", "is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("COMPUTE_SOURCES", "static=/etc/compute.json")
			t.Setenv(tt.variable, tt.value)
			var c Config
			err := service.Load(&c)
			var wrong *service.ConfigError
			if !errors.As(err, &wrong) {
				t.Fatalf("got %v", err)
			}
			if wrong.Variable != tt.variable || wrong.Problem != tt.problem || wrong.Example == "" {
				t.Errorf("got %v, want %s %s", err, tt.variable, tt.problem)
			}
		})
	}
}
