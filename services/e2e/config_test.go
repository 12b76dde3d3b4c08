package e2e

import (
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Smallest environments with which the programs start.
var enough = map[string][]string{
	"bgp-ingest":     {"BGP_PEERS=127.0.0.99;100;passive", "BGP_LISTEN=127.0.0.1:0"},
	"compute-ingest": {"COMPUTE_SOURCES=seed=compute.json"},
}

// wrongForAll are wrong values of variables that all programs have, and what is said
// of them.
var wrongForAll = [][2]string{
	{"KAFKA_BOOTSTRAP_SERVERS= ", `is empty`},
	{"KAFKA_PROPERTIES=foo", `is not \w+=value`},
	{"KAFKA_PROPERTIES=foo=bar", `was refused: .*"foo"`},
	{"KAFKA_PROPERTIES=socket.timeout.ms=soon", `was refused: .*"socket\.timeout\.ms"`},
	{"KAFKA_BOOTSTRAP_SERVERS=http://localhost:9092", `a broker is host:port`},
	{"SCHEMA_REGISTRY_PROPERTIES=ssl.ca.location=/nonexistent", `no such file`},
	{"SCHEMA_REGISTRY_URL=nope", `is not an http\(s\) URL`},
	{"SCHEMA_REGISTRY_URL=ftp://localhost", `is not an http\(s\) URL`},
	{"HTTP_LISTEN=nope", `is not \[host\]:port`},
	{"HTTP_LISTEN=127.0.0.1:99999", `cannot be listened on`},
	{"LOG_LEVEL=loud", `is not debug, info, warn or error`},
	{"LOG_FORMAT=xml", `is neither text nor json`},
}

var wrongFor = map[string][][2]string{
	"bgp-ingest": {
		{"BGP_PEERS=", `is empty`},
		{"BGP_PEERS=garbage", `wrong peer "garbage"`},
		{"BGP_PEERS=192.0.2.1;0", `"0" is not an AS number`},
		{"BGP_PEERS=192.0.2.1:99999;100", `"192\.0\.2\.1:99999" is not an address`},
		{"BGP_PEERS=192.0.2.1;100;actively", `"actively" is not an option`},
		{"BGP_PEERS=192.0.2.0/24;100", `peers by prefix must be passive`},
		{"BGP_PEERS=192.0.2.1;100,192.0.2.1;200", `twice`},
		{"BGP_ASN=-1", `is not a number in range`},
		{"BGP_ASN=0", `is not an AS number`},
		{"BGP_ROUTER_ID=::1", `is not a unicast IPv4 address`},
		{"BGP_ROUTER_ID=r1", `is not an IP address`},
		{"BGP_LISTEN=1790", `is not \[host\]:port`},
		{"BMP_LISTEN=11019", `is not \[host\]:port`},
		{"BMP_ROUTERS=edge1", `"edge1", which is neither an address nor a prefix`},
		{"MRT_FILES=/nonexistent", `cannot be read: .*no such file`},
		{"MRT_FILES=.", `cannot be read: it is a folder`},
		{"STALE_TIME=abc", `is not a duration`},
		{"STALE_TIME=-2m", `is not positive`},
		{"EMPTY_TABLE_TIME=-1s", `is negative`},
		{"BMP_PROXY=maybe", `is neither true nor false`},
		{"BMP_NAMES=dns", `is neither address nor sysname`},
		{"TOPOLOGY=a|b", `other than A-Z a-z 0-9`},
	},
	"map-builder": {
		{"PREFIX_OWNERSHIP=x", `is neither unique nor all`},
		{"SYNC_TIMEOUT=soon", `is not a duration`},
	},
	"cost-builder": {
		{"COST_METRICS=foo", `has "foo"`},
		{"COST_METRICS=delay-ow,delay-ow", `has "delay-ow" twice`},
		{"ROUTINGCOST=x", `is not one of hops, igp, te`},
		{"BW_PATH=shortest", `is not one of igp, widest`},
	},
	"compute-ingest": {
		{"COMPUTE_SOURCES=", `is empty`},
		{"COMPUTE_SOURCES=garbage", `"garbage", which is not name=location`},
		{"COMPUTE_SOURCES=a|b=/x", `the name "a\|b"`},
		{"COMPUTE_SOURCES=a=/x,a=/y", `twice`},
		{"COMPUTE_SOURCES=a=ftp://x/y", `wrong location for a`},
		{"COMPUTE_POLL_INTERVAL=abc", `is not a duration`},
		{"COMPUTE_POLL_INTERVAL=1ms", `is shorter than`},
	},
	"lab": {
		{"LAB_KAFKA_LISTEN=nope", `cannot be listened on`},
		{"DATA_DIR=/dev/null", `is no folder that can be written to`},
		{"LAB_PARTITIONS=0", `is not a positive number`},
		{"LAB_PARTITIONS=many", `is not a number in range`},
		{"LAB_ROUTERS=/nonexistent", `no such file`},
		{"LAB_ROUTER_PORT=70000", `is not a number in range`},
		{"LAB_EVENTS=chaos", `is neither demo nor none`},
		{"LAB_EVENTS_PAUSE=abc", `is not a duration`},
		{"STALE_TIME=abc", `is not a duration`},
		{"COST_METRICS=foo", `has "foo"`},
	},
}

// TestWrongConfiguration proves that a wrong value ends a program with status 2 and a
// line that names the variable, what is wrong with it and an example.
func TestWrongConfiguration(t *testing.T) {
	t.Parallel()
	for _, name := range chainOrder {
		for _, wrong := range slices.Concat(wrongForAll, wrongFor[name]) {
			wantRefused(t, name, wrong[0], wrong[1], slices.Concat([]string{"HTTP_LISTEN=127.0.0.1:0"}, enough[name])...)
		}
	}
	for _, wrong := range wrongFor["lab"] {
		wantRefused(t, "lab", wrong[0], wrong[1], "HTTP_LISTEN=127.0.0.1:0", "LAB_ROUTERS=none", "BGP_PEERS=127.0.0.99;100;passive",
			"LAB_KAFKA_LISTEN=127.0.0.1:0", "LAB_REGISTRY_LISTEN=127.0.0.1:0")
	}
}

// TestAddressInUse proves the same of an address that another process has.
func TestAddressInUse(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	clients := startBroker(t, 1)
	for _, name := range chainOrder {
		wantRefused(t, name, "HTTP_LISTEN="+taken.Addr().String(), `is in use by another process`, slices.Concat(common(clients), enough[name])...)
	}
	wantRefused(t, "bgp-ingest", "BGP_LISTEN="+taken.Addr().String(), `is in use by another process`, slices.Concat(common(clients), enough["bgp-ingest"])...)
	for _, variable := range []string{"LAB_KAFKA_LISTEN", "LAB_REGISTRY_LISTEN", "HTTP_LISTEN"} {
		wantRefused(t, "lab", variable+"="+taken.Addr().String(), `is in use by another process`, "HTTP_LISTEN=127.0.0.1:0",
			"LAB_KAFKA_LISTEN=127.0.0.1:0", "LAB_REGISTRY_LISTEN=127.0.0.1:0", "LAB_ROUTER_PORT=0")
	}
}

// wantRefused runs a program with one wrong variable.
func wantRefused(t *testing.T, name, wrong, problem string, env ...string) {
	t.Helper()
	variable, _, _ := strings.Cut(wrong, "=")
	env = slices.DeleteFunc(env, func(s string) bool { return strings.HasPrefix(s, variable+"=") })
	p := launch(t, name, append(env, wrong)...)
	p.silent = true
	if status := p.status(patience); status != 2 {
		t.Errorf("%s with %s ended with status %d, want 2", name, wrong, status)
	}
	pattern := "^" + name + ": " + variable + `=".*" .*` + problem + `.*; example: ` + variable + "=.+"
	last := strings.Join(p.last(1), "")
	if !regexp.MustCompile(pattern).MatchString(last) {
		t.Errorf("%s with %s says\n%s\nwhich is not like\n%s", name, wrong, last, pattern)
	}
}
