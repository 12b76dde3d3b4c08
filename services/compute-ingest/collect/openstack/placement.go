package openstack

import (
	"cmp"
	"context"
	"hash/fnv"
	"maps"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/placement/v1/resourceproviders"
	"golang.org/x/sync/errgroup"
)

// First microversions of what is asked of Placement.
const (
	traitsMinor = 6
)

// provider is a resource provider and all that Placement tells of it.
type provider struct {
	ID          string
	Name        string
	Root        string
	Generation  int64
	Inventories map[string]inventory // by resource class
	Usages      map[string]float64
	Traits      []string
	changes     int       // of the usages, since the generation changed
	read        time.Time // when the usages were read
}

// inventory is what a provider has of one class. gophercloud reads the ratio with 32 bits,
// which makes 6 of 10 * 0.7.
type inventory struct {
	Total           float64 `json:"total"`
	Reserved        float64 `json:"reserved"`
	AllocationRatio float64 `json:"allocation_ratio"`
}

// readProviders lists the providers, and reads those whose generation is another one, and
// the usages of those that are busy or were read long ago. failed are those that could not
// be read, if some could: they are asked again next time.
func (c *Collector) readProviders(ctx context.Context, busy map[string]bool) (failed map[string]error, err error) {
	page, err := resourceproviders.List(c.placement, nil).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	listed, err := resourceproviders.ExtractResourceProviders(page)
	if err != nil {
		return nil, err
	}
	providers := make(map[string]*provider, len(listed))
	var reads []read
	for _, l := range listed {
		p := &provider{ID: l.UUID, Name: l.Name, Root: cmp.Or(l.RootProviderUUID, l.UUID), Generation: int64(l.Generation)}
		last, ok := c.providers[p.ID]
		switch {
		case !ok || last.Name != p.Name || last.Root != p.Root || last.Generation != p.Generation:
			reads = append(reads, read{p, c.readProvider})
		case busy[p.Root] || busy[p.Name] || time.Since(last.read) > last.patience(c.refresh):
			again := *last
			p = &again
			reads = append(reads, read{p, c.readUsages})
		default:
			p = last
		}
		providers[p.ID] = p
	}
	failed, err = readAll(ctx, reads, providers)
	c.providers = providers
	return failed, err
}

// read is what is to be read of one provider.
type read struct {
	provider *provider
	from     func(context.Context, *provider) error
}

// readAll reads providers, and takes out of all those that are gone by now. A failed one
// has no generation, so that it is read again. The error is that of the first if none
// could be read.
func readAll(ctx context.Context, reads []read, all map[string]*provider) (map[string]error, error) {
	var mu sync.Mutex
	var first error
	failed := map[string]error{}
	var group errgroup.Group
	group.SetLimit(maxRequests)
	for _, r := range reads {
		group.Go(func() error {
			err := r.from(ctx, r.provider)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case gophercloud.ResponseCodeIs(err, http.StatusNotFound):
				delete(all, r.provider.ID)
			case err != nil:
				if first == nil {
					first = err
				}
				r.provider.Generation = -1
				failed[r.provider.ID] = err
			}
			return nil
		})
	}
	_ = group.Wait()
	if first != nil && (len(failed) == len(reads) || ctx.Err() != nil) {
		return nil, first
	}
	return failed, nil
}

// readProvider reads all of a provider.
func (c *Collector) readProvider(ctx context.Context, p *provider) error {
	var inventories struct {
		Inventories map[string]inventory `json:"inventories"`
	}
	if err := resourceproviders.GetInventories(ctx, c.placement, p.ID).ExtractInto(&inventories); err != nil {
		return err
	}
	var traits struct {
		Traits []string `json:"traits"`
	}
	if minorOf(c.placement) >= traitsMinor {
		if err := resourceproviders.GetTraits(ctx, c.placement, p.ID).ExtractInto(&traits); err != nil {
			return err
		}
	}
	p.Inventories, p.Traits = inventories.Inventories, traits.Traits
	return c.readUsages(ctx, p)
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
