package openstack

import (
	"cmp"
	"context"
	"hash/fnv"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/placement/v1/resourceproviders"
	"golang.org/x/sync/errgroup"

	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// traitsMinor is the first microversion with traits.
const traitsMinor = 6

// provider is a resource provider and all that Placement tells of it.
type provider struct {
	ID          string
	Name        string
	Root        string
	Generation  int64
	Inventories map[string]inventory // by resource class
	Usages      map[string]float64
	Traits      []string  // nil: they are to be read
	changes     int       // of what is told, since the generation changed
	read        time.Time // when the usages were read; zero: they are to be read
	detailed    int64     // the generation that the inventories are of
}

// inventory is what a provider has of one class. gophercloud reads the ratio with 32 bits,
// which makes 6 of 10 * 0.7.
type inventory struct {
	Total           float64 `json:"total"`
	Reserved        float64 `json:"reserved"`
	AllocationRatio float64 `json:"allocation_ratio"`
	allocatable     float64
	told            bool // if not, only what is allocatable is known as yet
}

// notRead is a generation that no provider has.
const notRead = -1

// readProviders lists the providers, and reads those whose generation is another one, and
// the usages of those that are busy or were read long ago. failed are those that could not
// be read, if some could: they are asked again next time.
func (c *Collector) readProviders(ctx context.Context, busy map[string]bool) (failed map[string]error, problems []collect.Problem, err error) {
	var answer struct {
		Providers []resourceproviders.ResourceProvider `json:"resource_providers"`
	}
	if err := get(ctx, c.placement, c.placement.ServiceURL("resource_providers"), &answer); err != nil {
		return nil, nil, err
	}
	providers := make(map[string]*provider, len(answer.Providers))
	for _, l := range answer.Providers {
		p := &provider{detailed: notRead}
		last, ok := c.providers[l.UUID]
		if ok {
			*p = *last
		}
		p.ID, p.Name, p.Root, p.Generation = l.UUID, l.Name, cmp.Or(l.RootProviderUUID, l.UUID), int64(l.Generation)
		switch {
		case !ok || last.Name != p.Name || last.Root != p.Root || last.Generation != p.Generation:
			p.read, p.Traits = time.Time{}, nil
		case busy[p.Root] || busy[p.Name] || time.Since(p.read) > p.patience(c.refresh):
			p.read = time.Time{}
		}
		providers[p.ID] = p
	}
	problems = c.readCandidates(ctx, providers)
	failed, err = c.readEach(ctx, providers)
	c.providers = providers
	return failed, problems, err
}

// readEach reads what is to be read of each provider, and takes out of all those that are gone by now. A failed one
// is read again next time. The error is that of the first if none could be read.
func (c *Collector) readEach(ctx context.Context, all map[string]*provider) (map[string]error, error) {
	var mu sync.Mutex
	var first error
	failed := map[string]error{}
	reads := 0
	var group errgroup.Group
	group.SetLimit(maxRequests)
	enough := time.Now().Add(c.detailTime)
	for _, p := range inOrder(all) {
		if !p.read.IsZero() && (p.detailed == p.Generation || len(p.Inventories) > 0 && time.Now().After(enough)) {
			continue
		}
		reads++
		group.Go(func() error {
			err := c.readProvider(ctx, p)
			if err == nil {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if gophercloud.ResponseCodeIs(err, http.StatusNotFound) {
				delete(all, p.ID)
				return nil
			}
			if first == nil {
				first = err
			}
			p.read, p.detailed, failed[p.ID] = time.Time{}, notRead, err
			return nil
		})
	}
	_ = group.Wait()
	if first != nil && (len(failed) == reads || ctx.Err() != nil) {
		return nil, first
	}
	return failed, nil
}

// inOrder returns providers in the order in which they are read: first those that nothing is known of.
func inOrder(all map[string]*provider) []*provider {
	return slices.SortedFunc(maps.Values(all), func(a, b *provider) int {
		return cmp.Or(a.read.Compare(b.read), cmp.Compare(a.detailed, b.detailed), strings.Compare(a.ID, b.ID))
	})
}

// readProvider reads what is not known of a provider.
func (c *Collector) readProvider(ctx context.Context, p *provider) error {
	if p.detailed != p.Generation {
		if err := c.readInventories(ctx, p); err != nil {
			return err
		}
	}
	if p.Traits == nil && minorOf(c.placement) >= traitsMinor {
		var traits struct {
			Traits []string `json:"traits"`
		}
		if err := resourceproviders.GetTraits(ctx, c.placement, p.ID).ExtractInto(&traits); err != nil {
			return err
		}
		p.Traits = append([]string{}, traits.Traits...)
	}
	if p.read.IsZero() {
		return c.readUsages(ctx, p)
	}
	return nil
}

func (c *Collector) readInventories(ctx context.Context, p *provider) error {
	var answer struct {
		Inventories map[string]inventory `json:"inventories"`
	}
	if err := resourceproviders.GetInventories(ctx, c.placement, p.ID).ExtractInto(&answer); err != nil {
		return err
	}
	for class, i := range answer.Inventories {
		// 0.7 of 10 are 7, and not the 6.99… that its floating-point number makes of it.
		i.allocatable = max(0, math.Trunc((i.Total-i.Reserved)*i.AllocationRatio+1e-9))
		i.told = true
		answer.Inventories[class] = i
	}
	p.Inventories, p.detailed = answer.Inventories, p.Generation
	p.changes++
	return nil
}

func (c *Collector) readUsages(ctx context.Context, p *provider) error {
	var usages struct {
		Usages map[string]float64 `json:"usages"`
	}
	if err := resourceproviders.GetUsages(ctx, c.placement, p.ID).ExtractInto(&usages); err != nil {
		return err
	}
	if !maps.Equal(p.Usages, usages.Usages) {
		p.changes++
	}
	p.Usages, p.read = usages.Usages, time.Now()
	return nil
}

// patience is when the usages of a provider are read again: not all at one time.
func (p *provider) patience(refresh time.Duration) time.Duration {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(p.ID))
	return refresh/2 + time.Duration(float64(refresh/2)*float64(hash.Sum32())/math.MaxUint32)
}

// trees groups providers by their roots. A root that is not listed is as if its parts
// were roots of one.
func trees(providers map[string]*provider) map[string][]*provider {
	found := map[string][]*provider{}
	for _, p := range providers {
		found[p.Root] = append(found[p.Root], p)
	}
	return found
}
