package openstack

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/config"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
	"github.com/gophercloud/gophercloud/v2/openstack/utils"
)

const (
	requestTimeout = time.Minute
	// maxRequests is how many requests are under way at a time.
	maxRequests = 8
	// maxRetries is how often a request is repeated that the server is too busy for (429).
	maxRetries = 3
	// maxRetryTime is the longest time that such a request waits.
	maxRetryTime = 30 * time.Second
)

// Newest microversions that are asked for. Nova's 2.88 asks every host for its uptime.
const (
	placementMinor = 39
	novaMinor      = 87
)

// connect logs in and finds the services.
func (c *Collector) connect(ctx context.Context) error {
	if c.placement != nil {
		return nil
	}
	auth, endpoint, authority, err := credentials(c.config)
	if err != nil {
		return fmt.Errorf("credentials: %w", err)
	}
	auth.AllowReauth = true
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig, transport.MaxIdleConnsPerHost = authority, maxRequests
	client, err := config.NewProviderClient(ctx, auth, config.WithHTTPClient(http.Client{Transport: transport, Timeout: requestTimeout}))
	if err != nil {
		return fmt.Errorf("log in at %s: %w", auth.IdentityEndpoint, explain(err))
	}
	client.MaxBackoffRetries, client.RetryBackoffFunc = maxRetries, backoff
	nova, err := service(ctx, client, endpoint, openstack.NewComputeV2, novaMinor)
	if err != nil {
		return fmt.Errorf("compute service: %w", explain(err))
	}
	if c.config.ComputeMicroversion != "" {
		nova.Microversion = c.config.ComputeMicroversion
	}
	placement, err := service(ctx, client, endpoint, openstack.NewPlacementV1, placementMinor)
	if err != nil {
		return fmt.Errorf("placement service: %w", explain(err))
	}
	c.placement, c.nova, c.region = placement, nova, endpoint.Region
	return nil
}

// credentials are those of clouds.yaml if a cloud is named, in the configuration or by
// OS_CLOUD, and else those of OS_AUTH_URL and its like.
func credentials(c Config) (gophercloud.AuthOptions, gophercloud.EndpointOpts, *tls.Config, error) {
	if c.Cloud == "" && os.Getenv("OS_CLOUD") == "" {
		auth, err := openstack.AuthOptionsFromEnv()
		endpoint := gophercloud.EndpointOpts{Region: os.Getenv("OS_REGION_NAME"), Availability: gophercloud.Availability(os.Getenv("OS_INTERFACE"))}
		if c.Region != "" {
			endpoint.Region = c.Region
		}
		return auth, endpoint, nil, err
	}
	var options []clouds.ParseOption
	if c.Cloud != "" {
		options = append(options, clouds.WithCloudName(c.Cloud))
	}
	if c.Region != "" {
		options = append(options, clouds.WithRegion(c.Region))
	}
	return clouds.Parse(options...)
}

// service finds a service in the catalogue, and asks it with the newest microversion that
// both sides know.
func service(ctx context.Context, client *gophercloud.ProviderClient, endpoint gophercloud.EndpointOpts,
	find func(*gophercloud.ProviderClient, gophercloud.EndpointOpts) (*gophercloud.ServiceClient, error), newest int,
) (*gophercloud.ServiceClient, error) {
	found, err := find(client, endpoint)
	if err != nil {
		return nil, err
	}
	versions, err := utils.GetSupportedMicroversions(ctx, found)
	if err != nil {
		return nil, fmt.Errorf("its versions: %w", err)
	}
	minor := max(versions.MinMinor, min(versions.MaxMinor, newest))
	found.Microversion = fmt.Sprintf("%d.%d", versions.MaxMajor, minor)
	return found, nil
}

// get asks a service for something that its answer is read into.
func get(ctx context.Context, client *gophercloud.ServiceClient, url string, answer any) error {
	response, err := client.Get(ctx, url, answer, nil)
	if err == nil {
		response.Body.Close()
	}
	return err
}

// minorOf is the minor part of the microversion that a service is asked with.
func minorOf(client *gophercloud.ServiceClient) int {
	_, minor, _ := utils.ParseMicroversion(client.Microversion)
	return minor
}

// backoff waits as long as a server that answers 429 asks for.
func backoff(ctx context.Context, response *gophercloud.ErrUnexpectedResponseCode, err error, tried uint) error {
	if tried > maxRetries {
		return err
	}
	wait := time.Second << tried
	if seconds, parseErr := strconv.Atoi(response.ResponseHeader.Get("Retry-After")); parseErr == nil {
		wait = time.Duration(seconds) * time.Second
	}
	if wait > maxRetryTime {
		return err
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return errors.Join(err, ctx.Err())
	}
}
