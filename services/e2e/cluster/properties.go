package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// logging writes warnings and errors of the broker to its standard output.
const logging = `rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c{1}: %m%n
`

// properties returns a broker's server.properties.
func (c *Cluster) properties(b *Broker, cfg Config) string {
	replicas := strconv.Itoa(len(c.Brokers))
	inSync := strconv.Itoa(len(c.Brokers)/2 + 1)
	voters := make([]string, len(c.Brokers))
	for i, v := range c.Brokers {
		voters[i] = fmt.Sprintf("%d@127.0.0.1:%d", v.id, v.controller)
	}
	p := map[string]string{
		"node.id":                        strconv.Itoa(b.id),
		"process.roles":                  "broker,controller",
		"controller.quorum.voters":       strings.Join(voters, ","),
		"controller.listener.names":      "CONTROLLER",
		"listeners":                      fmt.Sprintf("CLIENTS://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d", b.port, b.controller),
		"inter.broker.listener.name":     "CLIENTS",
		"listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"log.dirs":                       b.data(),

		"num.partitions":                           strconv.Itoa(cfg.Partitions),
		"default.replication.factor":               replicas,
		"min.insync.replicas":                      inSync,
		"offsets.topic.replication.factor":         replicas,
		"transaction.state.log.replication.factor": replicas,
		"transaction.state.log.min.isr":            inSync,
		"auto.create.topics.enable":                "false",

		// A test does not wait for what production has time for.
		"offsets.topic.num.partitions":                     "5",
		"transaction.state.log.num.partitions":             "5",
		"group.initial.rebalance.delay.ms":                 "0",
		"controlled.shutdown.enable":                       strconv.FormatBool(len(c.Brokers) > 1),
		"share.coordinator.state.topic.replication.factor": replicas,
		"share.coordinator.state.topic.min.isr":            inSync,
	}
	if cfg.Security != nil {
		maps.Copy(p, cfg.Security.properties(b))
	}
	maps.Copy(p, cfg.Properties)
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(&text, "%s=%s\n", key, p[key])
	}
	return text.String()
}
