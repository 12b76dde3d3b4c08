package openstack

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// candidatesMinor is the first microversion of which allocation candidates tell all classes of all providers of a tree.
const candidatesMinor = 29

// candidateClasses are what hosts are asked for in turn, as long as many were not among the candidates: one that has not
// a MB of memory left may have a processor.
var candidateClasses = []string{"MEMORY_MB", "VCPU"}

// summary is what allocation candidates tell of a provider.
type summary struct {
	Resources map[string]struct {
		Capacity float64 `json:"capacity"`
		Used     float64 `json:"used"`
	} `json:"resources"`
	Traits []string `json:"traits"`
}

// many says that so many providers are to be read that those with room are asked for at once: an answer with all of them
// takes Placement as long as some fifty requests for each hundredth of them.
func (c *Collector) many(unread, all int) bool {
	return minorOf(c.placement) >= candidatesMinor && unread > max(maxRequests, all/50)
}

// readCandidates reads usages, traits and what is allocatable of all providers that have room for something, in one
// request. One that fails is a problem, and the providers are then read one by one.
func (c *Collector) readCandidates(ctx context.Context, providers map[string]*provider) []collect.Problem {
	for _, class := range candidateClasses {
		unread := 0
		for _, p := range providers {
			if p.read.IsZero() {
				unread++
			}
		}
		if !c.many(unread, len(providers)) {
			return nil
		}
		summaries, err := c.candidates(ctx, class)
		if err != nil {
			return []collect.Problem{{Part: "source", Err: fmt.Errorf("placement does not tell of many providers at once, so they are asked for one by one: %w", explain(err))}}
		}
		now := time.Now()
		for id, s := range summaries {
			if p := providers[id]; p != nil {
				p.take(s, now)
			}
		}
	}
	return nil
}

// candidates returns what is told of the trees of providers that have room for one unit of a class.
func (c *Collector) candidates(ctx context.Context, class string) (map[string]summary, error) {
	var answer struct {
		Summaries map[string]summary `json:"provider_summaries"`
	}
	err := get(ctx, c.placement, c.placement.ServiceURL("allocation_candidates")+"?resources="+class+":1", &answer)
	return answer.Summaries, err
}

// take takes a summary. What is built in, reserved and the ratio stay as they were, if they were told.
func (p *provider) take(s summary, now time.Time) {
	inventories, usages := make(map[string]inventory, len(s.Resources)), make(map[string]float64, len(s.Resources))
	for class, r := range s.Resources {
		i := p.Inventories[class]
		i.allocatable = r.Capacity
		inventories[class], usages[class] = i, r.Used
	}
	slices.Sort(s.Traits)
	if !maps.Equal(p.Usages, usages) || !slices.Equal(p.Traits, s.Traits) {
		p.changes++
	}
	p.Usages, p.Traits, p.read = usages, s.Traits, now
	if p.detailed != p.Generation {
		p.Inventories = inventories
	}
}
