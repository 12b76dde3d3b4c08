package altoctl

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/altostream/altostream/libs/service"
)

// TestUsage refuses what a command does not know, rather than ignore it.
func TestUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"which command? see altoctl --help":                                                             nil,
		`unknown command "costs" for "altoctl"`:                                                         {"costs"},
		"Did you mean this?\n\tcost-map":                                                                {"cost-mpa"},
		"unknown flag: --metrics; see altoctl cost-map --help":                                          {"cost-map", "--metrics", "x"},
		`unknown command "routingcost" for "altoctl cost-map"`:                                          {"cost-map", "routingcost"},
		"unknown flag: --watch; see altoctl topics --help":                                              {"topics", "--watch"},
		"unknown flag: --topology":                                                                      {"compute", "--topology", "x"},
		"unknown flag: --metric":                                                                        {"network-map", "--metric", "x"},
		`required flag(s) "from" not set`:                                                               {"rank"},
		`invalid argument "8k" for "--vcpu" flag: "8k" is no amount of vcpu, such as 8`:                 {"rank", "--from", "a", "--vcpu", "8k"},
		`invalid argument "delay-ow>=5" for "--metric" flag: "delay-ow>=5": of delay-ow less is better`: {"rank", "--from", "a", "--metric", "delay-ow>=5"},
		`invalid argument "luck" for "--by" flag: is neither cost nor score`:                            {"rank", "--from", "a", "--by", "luck"},
		"unknown flag: --json":                                                                          {"ready", "--json"},
		`unknown command "destroy" for "altoctl topics"`:                                                {"topics", "destroy"},
		"unknown flag: --delete":                                                                        {"topics", "--delete", "cost_maps"},
		`invalid argument "costs" for "--delete" flag: altostream has no such topic; it has`:            {"topics", "plan", "--delete", "costs"},
	} {
		var out, errs strings.Builder
		status := Main(t.Context(), args, &out, &errs)
		if status != 2 || !strings.HasPrefix(errs.String(), "altoctl: ") || !strings.Contains(errs.String(), want) || out.Len() > 0 {
			t.Errorf("%q: status %d, %q; want 2, %q\n%s", args, status, errs.String(), want, out.String())
		}
	}
}

// TestStatus tells failures and answers apart that scripts have to tell apart.
func TestStatus(t *testing.T) {
	for err, want := range map[error]int{
		errors.New("no broker"): 1, service.UsageError{Text: "which command?"}: 2, ErrDiffers: 3, ErrNoSite: 4,
	} {
		if got := status(fmt.Errorf("so it is: %w", err)); got != want {
			t.Errorf("%v: status %d, want %d", err, got, want)
		}
	}
}

func TestHelp(t *testing.T) {
	for want, args := range map[string][]string{
		"SCHEMA_REGISTRY_PROPERTIES":                     {"--help"},
		"  cost-map ":                                    {"help"},
		"4 if none can; with --watch 0":                  {"rank", "--help"},
		"--add-partitions topic":                         {"topics", "plan", "--help"},
		"altoctl (devel) (go1.":                          {"--version"},
		"complete -o default -F __start_altoctl altoctl": {"completion", "bash"},
		"#compdef altoctl":                               {"completion", "zsh"},
		"complete -c altoctl":                            {"completion", "fish"},
		"routingcost\nhopcount\n":                        {"__complete", "cost-map", "--metric", ""},
		"raw-topology\nnetwork_maps\n":                   {"__complete", "topics", "apply", "--delete", ""},
		"--topology\tonly the topology":                  {"__complete", "cost-map", "--to"},
	} {
		t.Setenv("SCHEMA_REGISTRY_URL", "wrong") // nothing is asked
		var out, errs strings.Builder
		if status := Main(t.Context(), args, &out, &errs); status != 0 || !strings.Contains(out.String(), want) {
			t.Errorf("%q: status %d, want %q in\n%s\n%s", args, status, want, out.String(), errs.String())
		}
	}
}

// TestEnvironment refuses a wrong value, and names a variable that is none.
func TestEnvironment(t *testing.T) {
	t.Setenv("KAFKA_BOOTSTRAP_SERVER", "localhost:9092")
	t.Setenv("KAFKA_BOOTSTRAP_SERVERS", "http://localhost:9092")
	var out, errs strings.Builder
	if status := Main(t.Context(), []string{"topics", "--json"}, &out, &errs); status != 2 || out.Len() > 0 {
		t.Errorf("status %d, want 2\n%s", status, out.String())
	}
	for _, want := range []string{"altoctl: warning: there is no variable KAFKA_BOOTSTRAP_SERVER; is KAFKA_BOOTSTRAP_SERVERS meant?\n", `altoctl: KAFKA_BOOTSTRAP_SERVERS="http://localhost:9092" has "http://localhost:9092"`} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("%q is not said:\n%s", want, errs.String())
		}
	}
}

func TestMatch(t *testing.T) {
	c := &command{topology: "net", metric: "hopcount"}
	for id, want := range map[string]bool{
		"costmap-net-hopcount": true, "costmap-net-routingcost": false, "costmap-other-hopcount": false,
	} {
		if got := c.ofCostMap(id); got != want {
			t.Errorf("ofCostMap(%q) = %v", id, got)
		}
	}
	if c.ofNetworkMap("networkmap-other") || !c.ofNetworkMap("networkmap-net") {
		t.Error("ofNetworkMap does not heed the topology")
	}
	if c.ofTopology("other|s|peer") || !c.ofTopology("net|s|peer") {
		t.Error("ofTopology does not heed the topology")
	}
}
