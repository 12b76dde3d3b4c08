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

	"github.com/twmb/franz-go/pkg/kmsg"

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
	t.Parallel()
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
		"something else":          {strings.TrimPrefix(web.URL, "http://"), "", "no Kafka broker"},
		"TLS is needed":           {strings.TrimPrefix(secured.URL, "https://"), "", "the port speaks TLS"},
		"unknown certificate":     {strings.TrimPrefix(secured.URL, "https://"), "security.protocol=SSL", "ssl.ca.location"},
		"TLS where there is none": {strings.TrimPrefix(web.URL, "http://"), "security.protocol=SSL", "the port speaks no TLS"},
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
	t.Parallel()
	b := newBench(t, 1)
	b.config.KafkaBootstrapServers = "http://127.0.0.1:9092"
	err := stream.Run(t.Context(), b.spec(), b.config, newRuntime(t))
	if wrong := (*service.ConfigError)(nil); !errors.As(err, &wrong) || wrong.Variable != "KAFKA_BOOTSTRAP_SERVERS" || !strings.Contains(err.Error(), "http:// in front") {
		t.Errorf("Run ended with %v", err)
	}
}

// TestRunWithoutTransactions ends on brokers that do not know transactions: nothing could be published.
func TestRunWithoutTransactions(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.cluster.ControlKey(int16(kmsg.ApiVersions), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		response := r.(*kmsg.ApiVersionsRequest).ResponseKind().(*kmsg.ApiVersionsResponse)
		for _, key := range []kmsg.Key{kmsg.Produce, kmsg.Fetch, kmsg.ListOffsets, kmsg.Metadata, kmsg.CreateTopics, kmsg.DescribeConfigs, kmsg.ApiVersions,
			kmsg.FindCoordinator, kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat, kmsg.LeaveGroup, kmsg.OffsetFetch, kmsg.OffsetCommit, kmsg.DescribeGroups} {
			k := kmsg.NewApiVersionsResponseApiKey()
			k.ApiKey, k.MaxVersion = key.Int16(), kmsg.RequestForKey(key.Int16()).MaxVersion()
			response.ApiKeys = append(response.ApiKeys, k)
		}
		return response, nil, true
	})
	err := stream.Run(t.Context(), b.spec(), b.config, newRuntime(t))
	if err == nil || !strings.Contains(err.Error(), "does not support transactions") || strings.Contains(err.Error(), "\n") {
		t.Errorf("Run ended with %v", err)
	}
}
