package openstack

import (
	"context"
	"net/http"
	"sync"

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
}

// inventory is what a provider has of one class. gophercloud reads the ratio with 32 bits,
// which makes 6 of 10 * 0.7.
type inventory struct {
	Total           float64 `json:"total"`
	Reserved        float64 `json:"reserved"`
	AllocationRatio float64 `json:"allocation_ratio"`
}

// readProviders lists the providers and reads those anew whose generation is another one.
// failed are those that could not be read, if some could: they are asked again next time.
func (c *Collector) readProviders(ctx context.Context) (failed map[string]error, err error) {
	page, err := resourceproviders.List(c.placement, nil).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	listed, err := resourceproviders.ExtractResourceProviders(page)
	if err != nil {
		return nil, err
	}
	providers := make(map[string]*provider, len(listed))
	var changed []*provider
	for _, l := range listed {
		root := l.RootProviderUUID
		if root == "" {
			root = l.UUID
		}
		p := &provider{ID: l.UUID, Name: l.Name, Root: root, Generation: int64(l.Generation)}
		if last, ok := c.providers[p.ID]; ok && last.Name == p.Name && last.Root == p.Root && last.Generation == p.Generation {
			p = last
		} else {
			changed = append(changed, p)
		}
		providers[p.ID] = p
	}
	failed, err = c.readChanged(ctx, changed, providers)
	c.providers = providers
	return failed, err
}

// readChanged reads providers, and takes out of all those that are gone by now. A failed
// one has no generation, so that it is read again. The error is that of the first if none
// could be read.
func (c *Collector) readChanged(ctx context.Context, changed []*provider, all map[string]*provider) (map[string]error, error) {
	var mu sync.Mutex
	var first error
	failed := map[string]error{}
	var group errgroup.Group
	group.SetLimit(maxRequests)
	for _, p := range changed {
		group.Go(func() error {
			err := c.readProvider(ctx, p)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case gophercloud.ResponseCodeIs(err, http.StatusNotFound):
				delete(all, p.ID)
			case err != nil:
				if first == nil {
					first = err
				}
				p.Generation = -1
				failed[p.ID] = err
			}
			return nil
		})
	}
	_ = group.Wait()
	if first != nil && (len(failed) == len(changed) || ctx.Err() != nil) {
		return nil, first
	}
	return failed, nil
}

func (c *Collector) readProvider(ctx context.Context, p *provider) error {
	var inventories struct {
		Inventories map[string]inventory `json:"inventories"`
	}
	if err := resourceproviders.GetInventories(ctx, c.placement, p.ID).ExtractInto(&inventories); err != nil {
		return err
	}
	var usages struct {
		Usages map[string]float64 `json:"usages"`
	}
	if err := resourceproviders.GetUsages(ctx, c.placement, p.ID).ExtractInto(&usages); err != nil {
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
	p.Inventories, p.Usages, p.Traits = inventories.Inventories, usages.Usages, traits.Traits
	return nil
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
