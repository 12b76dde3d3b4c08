package altoctl

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/altostream/altostream/libs/service"
)

// ready asks the service at HTTP_LISTEN on this host whether it is caught up. It is the
// health check of containers, which have no other program for it.
func (c *command) ready(ctx context.Context) error {
	_, port, err := net.SplitHostPort(c.config.HTTPListen)
	if err != nil {
		return service.Wrong("HTTP_LISTEN", c.config.HTTPListen, "is not where a service listens", ":9101")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort("localhost", port)+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		reason, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(reason)))
	}
	return nil
}
