package stream

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/service"
)

// TestReach tells apart why no broker answers, with the address.
func TestReach(t *testing.T) {
	t.Parallel()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	tls := service.Properties{"security.protocol": "SSL"}
	for name, test := range map[string]struct {
		address    string
		properties service.Properties
		want       string
	}{
		"refused":         {gone.Addr().String(), nil, "Connection refused; nothing listens there"},
		"no such name":    {"kafka.invalid:9092", nil, "the name is not known"},
		"HTTP":            {plain.Listener.Addr().String(), nil, "what answers there is no Kafka broker"},
		"TLS":             {secure.Listener.Addr().String(), nil, "the port speaks TLS (security.protocol=SSL"},
		"no TLS":          {plain.Listener.Addr().String(), tls, "the port speaks no TLS"},
		"other authority": {secure.Listener.Addr().String(), tls, "ssl.ca.location"},
		"silent":          {silent.Addr().String(), nil, "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := Reach(t.Context(), service.Config{KafkaBootstrapServers: test.address, KafkaProperties: test.properties})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.address+" (KAFKA_BOOTSTRAP_SERVERS)") {
				t.Errorf("it is said %v, want %s and %s", err, test.address, test.want)
			}
			if name == "other authority" && strings.Contains(err.Error(), "speaks no TLS") {
				t.Errorf("it is said %v", err)
			}
		})
	}
}
