package lab

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/services/lab/router"
)

// Config is the configuration of the lab. The services in it read their own variables.
type Config struct {
	KafkaListen    string        `envconfig:"LAB_KAFKA_LISTEN" default:"127.0.0.1:9092" example:"127.0.0.1:19092" desc:"address of the embedded broker"`
	RegistryListen string        `envconfig:"LAB_REGISTRY_LISTEN" default:"127.0.0.1:8081" example:"127.0.0.1:18081" desc:"address of the embedded registry"`
	HTTPListen     string        `envconfig:"HTTP_LISTEN" default:"127.0.0.1:9100" example:"127.0.0.1:19100" desc:"address of /healthz, /readyz and /metrics"`
	DataDir        string        `envconfig:"DATA_DIR" example:"./data" desc:"folder that keeps their data; in memory without"`
	Partitions     int           `envconfig:"LAB_PARTITIONS" default:"1" example:"1" desc:"partitions of topics that do not exist yet"`
	Routers        string        `envconfig:"LAB_ROUTERS" default:"seed" example:"seed" desc:"seed: five routers; none: yours; else an MRT file to replay"`
	RouterPort     uint16        `envconfig:"LAB_ROUTER_PORT" default:"1791" example:"1791" desc:"BGP port of the lab's routers"`
	ReplaySpeed    float64       `envconfig:"LAB_REPLAY_SPEED" default:"1" example:"0" desc:"1 as recorded, 0 as fast as possible"`
	Events         string        `envconfig:"LAB_EVENTS" default:"none" example:"demo" desc:"demo: a link fails and comes back; none"`
	EventsPause    time.Duration `envconfig:"LAB_EVENTS_PAUSE" default:"8s" example:"8s" desc:"pause before each event"`
}

// Values of LAB_ROUTERS; anything else is an MRT file to replay.
const (
	routersSeed = "seed"
	routersNone = "none"
	routersISP  = "isp:" // and how many
)

// Values of LAB_EVENTS.
const (
	eventsDemo = "demo"
	eventsNone = "none"
)

// Validate reports the first wrong value, naming its variable.
func (c *Config) Validate() error {
	if c.Partitions < 1 {
		return service.Wrong("LAB_PARTITIONS", strconv.Itoa(c.Partitions), "is not a positive number", "1")
	}
	if c.ReplaySpeed < 0 {
		return service.Wrong("LAB_REPLAY_SPEED", fmt.Sprint(c.ReplaySpeed), "is negative; 1 is the original timing, 0 as fast as possible", "1")
	}
	if c.Events != eventsDemo && c.Events != eventsNone {
		return service.Wrong("LAB_EVENTS", c.Events, "is neither demo nor none", eventsDemo)
	}
	if c.Events == eventsDemo && c.Routers != routersSeed {
		return service.Wrong("LAB_EVENTS", c.Events, "needs LAB_ROUTERS=seed, whose link it fails", eventsNone)
	}
	if c.EventsPause <= 0 {
		return service.Wrong("LAB_EVENTS_PAUSE", c.EventsPause.String(), "is not positive", "8s")
	}
	if c.Routers == routersSeed || c.Routers == routersNone {
		return nil
	}
	if text, ok := strings.CutPrefix(c.Routers, routersISP); ok {
		if n := c.isp(); n < router.MinISP || n > router.MaxISP {
			return service.Wrong("LAB_ROUTERS", text, fmt.Sprintf("is no number from %d to %d", router.MinISP, router.MaxISP), "isp:100")
		}
		return nil
	}
	if _, err := os.Stat(c.Routers); err != nil {
		return service.Wrong("LAB_ROUTERS", c.Routers, "is neither seed, none, isp:<number> nor a readable MRT file: "+err.Error(), routersSeed)
	}
	return nil
}

// isp is the number of routers of isp:<number>, 0 of anything else.
func (c *Config) isp() int {
	text, ok := strings.CutPrefix(c.Routers, routersISP)
	if n, err := strconv.Atoi(text); ok && err == nil {
		return n
	}
	return 0
}
