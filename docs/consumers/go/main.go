// Command costmap keeps an ALTO cost map up to date in a variable and says when it changes.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/altoctl"
)

const (
	key      = "costmap-default-routingcost"
	from, to = "pid100:02020202", "pid100:03030303" // two routers of the lab
)

func main() {
	var kafka service.Config // KAFKA_BOOTSTRAP_SERVERS, SCHEMA_REGISTRY_URL, KAFKA_PROPERTIES
	if err := service.Load(&kafka); err != nil {
		log.Fatal(err)
	}
	bad := func(key string, err error) { log.Println(key, err) }
	var current *schemas.CostMap // nil = there is none; CostMap[source][destination], no entry = unreachable
	first := func(table map[string]*schemas.CostMap) error {
		current = table[key]
		if current != nil {
			fmt.Println(key, "of network map", current.Meta.DependentVTags[0].Tag)
		}
		return nil
	}
	changed := func(c altoctl.Change[schemas.CostMap]) error {
		if c.Key == key {
			current = c.New
			if current == nil {
				fmt.Println("gone")
				return nil
			}
			fmt.Printf("changed after %v: %s -> %s is %v\n", c.Latency, from, to, current.CostMap[from][to])
		}
		return nil
	}
	log.Fatal(altoctl.Watch(context.Background(), kafka, schemas.CostMapsTopic, bad, first, changed))
}
