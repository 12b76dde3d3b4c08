package stream_test

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
)

// closedPort returns an address where nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestRunUnreachable looks for brokers where there are none: the log tells the causes apart, with the address,
// and the service is not ready.
func TestRunUnreachable(t *testing.T) {
	discard := slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	web := httptest.NewUnstartedServer(http.NotFoundHandler())
	web.Config.ErrorLog = discard
	web.Start()
	t.Cleanup(web.Close)
	secured := httptest.NewUnstartedServer(http.NotFoundHandler())
	secured.Config.ErrorLog = discard
	secured.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	secured.StartTLS()
	t.Cleanup(secured.Close)
	b := newBench(t, 1)
	for name, test := range map[string]struct{ servers, properties, want string }{
		"refused":                 {closedPort(t), "", "nothing listens there"},
		"no such name":            {"kafka.invalid:9092", "", "the name is not known"},
		"something else":          {strings.TrimPrefix(web.URL, "http://"), "", "speaks otherwise"},
		"TLS is needed":           {strings.TrimPrefix(secured.URL, "https://"), "", "speaks otherwise"},
		"unknown certificate":     {strings.TrimPrefix(secured.URL, "https://"), "security.protocol=SSL", "ssl.ca.location"},
		"TLS where there is none": {strings.TrimPrefix(web.URL, "http://"), "security.protocol=SSL", "security.protocol"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rt, l := newRuntime(t), &log{}
			rt.Log = slog.New(slog.NewTextHandler(l, nil))
			config := b.config
			config.KafkaBootstrapServers = test.servers
			if err := config.KafkaProperties.Decode(test.properties); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- stream.Run(ctx, b.spec(), config, rt) }()
			for deadline := time.Now().Add(20 * time.Second); !l.says(test.want) || !l.says(test.servers); time.Sleep(10 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("it does not say %q: %s", test.want, l.text.String())
				}
			}
			if rt.IsReady() {
				t.Error("it is ready")
			}
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("Run ended with %v", err)
			}
		})
	}
}

// TestRunAddressIsNone refuses an address that cannot be one of brokers.
func TestRunAddressIsNone(t *testing.T) {
	b := newBench(t, 1)
	b.config.KafkaBootstrapServers = "http://127.0.0.1:9092"
	err := stream.Run(t.Context(), b.spec(), b.config, newRuntime(t))
	if wrong := (*service.ConfigError)(nil); !errors.As(err, &wrong) || wrong.Variable != "KAFKA_BOOTSTRAP_SERVERS" || !strings.Contains(err.Error(), "http:// in front") {
		t.Errorf("Run ended with %v", err)
	}
}
