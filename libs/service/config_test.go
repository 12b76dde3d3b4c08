package service

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type testConfig struct {
	Config
	Wait time.Duration `envconfig:"TEST_WAIT" default:"5s" example:"5s"`
	Size int           `envconfig:"TEST_SIZE" default:"3" example:"3"`
	On   bool          `envconfig:"TEST_ON" example:"true"`
}

func TestLoadDefaults(t *testing.T) {
	var c testConfig
	if err := Load(&c); err != nil {
		t.Fatal(err)
	}
	want := testConfig{
		Config: Config{KafkaBootstrapServers: "localhost:9092", SchemaRegistryURL: "http://localhost:8081", LogLevel: slog.LevelInfo, LogFormat: "text"},
		Wait:   5 * time.Second, Size: 3,
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadEnvironment(t *testing.T) {
	t.Setenv("KAFKA_PROPERTIES", `security.protocol=SSL, ssl.ca.location=/ca.pem,sasl.password=a\,b=c,`)
	t.Setenv("TEST_WAIT", "7m")
	t.Setenv("LOG_LEVEL", "debug")
	var c testConfig
	if err := Load(&c, func(c *testConfig) { c.Size = 9 }); err != nil {
		t.Fatal(err)
	}
	if c.Wait != 7*time.Minute || c.Size != 9 || c.LogLevel != slog.LevelDebug {
		t.Errorf("loaded %+v", c)
	}
	if diff := cmp.Diff(Properties{"security.protocol": "SSL", "ssl.ca.location": "/ca.pem", "sasl.password": "a,b=c"}, c.KafkaProperties); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadWrong(t *testing.T) {
	for _, test := range []struct{ variable, value, want string }{
		{"TEST_WAIT", "soon", `TEST_WAIT="soon" is not a duration; example: TEST_WAIT=5s`},
		{"TEST_SIZE", "many", `TEST_SIZE="many" is not a number in range; example: TEST_SIZE=3`},
		{"TEST_ON", "maybe", `TEST_ON="maybe" is neither true nor false; example: TEST_ON=true`},
		{"LOG_LEVEL", "loud", `LOG_LEVEL="loud" is not debug, info, warn or error; example: LOG_LEVEL=debug`},
		{"LOG_FORMAT", "xml", `LOG_FORMAT="xml" is neither text nor json; example: LOG_FORMAT=json`},
		{"KAFKA_PROPERTIES", "a", `KAFKA_PROPERTIES="a" is not name=value,… (a comma in a value is written \,); example: KAFKA_PROPERTIES=security.protocol=SASL_SSL,sasl.mechanisms=SCRAM-SHA-512`},
		{"KAFKA_BOOTSTRAP_SERVERS", " ", `KAFKA_BOOTSTRAP_SERVERS=" " is empty; example: KAFKA_BOOTSTRAP_SERVERS=localhost:9092`},
		{"KAFKA_BOOTSTRAP_SERVERS", "a:1,http://b:9092", `KAFKA_BOOTSTRAP_SERVERS="a:1,http://b:9092" has "http://b:9092": a broker is host:port, without http://; example: KAFKA_BOOTSTRAP_SERVERS=localhost:9092`},
		{"KAFKA_BOOTSTRAP_SERVERS", "a:99999", `KAFKA_BOOTSTRAP_SERVERS="a:99999" has "a:99999", whose port is no number in range; example: KAFKA_BOOTSTRAP_SERVERS=localhost:9092`},
		{"SCHEMA_REGISTRY_URL", "localhost:8081", `SCHEMA_REGISTRY_URL="localhost:8081" is not an http(s) URL; example: SCHEMA_REGISTRY_URL=http://localhost:8081`},
		{"SCHEMA_REGISTRY_URL", "ftp://alice:s3cret@host", `SCHEMA_REGISTRY_URL="ftp://…@host" is not an http(s) URL; example: SCHEMA_REGISTRY_URL=http://localhost:8081`},
		{"HTTP_LISTEN", "9101", `HTTP_LISTEN="9101" is not [host]:port; example: HTTP_LISTEN=:9101`},
	} {
		t.Run(test.variable+"="+test.value, func(t *testing.T) {
			t.Setenv(test.variable, test.value)
			var c testConfig
			err := Load(&c)
			var wrong *ConfigError
			if !errors.As(err, &wrong) {
				t.Fatalf("error = %v", err)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := fail("test", err); got != 2 {
				t.Errorf("exit status %d, want 2", got)
			}
		})
	}
}

func TestFailOtherwise(t *testing.T) {
	if got := fail("test", errors.New("no configuration")); got != 1 {
		t.Errorf("exit status %d, want 1", got)
	}
}

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"http://host/path":                         "http://host/path",
		"http://user:pw@host/path":                 "http://…@host/path",
		"a=https://t:pw@one,b=https://t:pw@two":    "a=https://…@one,b=https://…@two",
		"sasl.username=u,sasl.password=pw,x=y":     "sasl.username=u,sasl.password=…",
		"192.0.2.7;64512;md5=secret,192.0.2.8;1;x": "192.0.2.7;64512;md5=…",
	} {
		if got := redact(text); got != want {
			t.Errorf("redact(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestListenTaken(t *testing.T) {
	l, err := Listen("127.0.0.1:0", "HTTP_LISTEN")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = Listen(l.Addr().String(), "HTTP_LISTEN")
	var wrong *ConfigError
	if !errors.As(err, &wrong) || wrong.Variable != "HTTP_LISTEN" || !strings.Contains(err.Error(), "is in use by another process") {
		t.Errorf("error = %v", err)
	}
	if _, err = Listen("192.0.2.1:1", "HTTP_LISTEN"); err == nil || !strings.Contains(err.Error(), "cannot be listened on") {
		t.Errorf("foreign address: %v", err)
	}
}
