package altoctl

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/altostream/altostream/libs/service"
)

// labAddress is where the lab serves HTTP unless HTTP_LISTEN says otherwise.
const labAddress = "127.0.0.1:9100"

const labUsage = `altoctl lab fails links of the lab's routers, and brings them back.

  altoctl lab links             the links, their metrics and state
  altoctl lab fail R2 R3        take the link between two routers down
  altoctl lab restore R2 R3     take it up again
  altoctl lab metric R2 R3 30   set the metric from the one router to the other

Environment: HTTP_LISTEN of the lab, by default ` + labAddress + `; that of the routers of docker compose is :9106.
`

// lab asks the lab's routers over HTTP, see router.Network.Control.
func (c *command) lab(ctx context.Context, args []string) error {
	method, path, err := labRequest(args)
	if err != nil {
		return err
	}
	address := c.config.HTTPListen
	if address == "" {
		address = labAddress
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return service.Wrong("HTTP_LISTEN", address, "is not where a lab serves HTTP", labAddress)
	}
	if host == "" {
		host = "localhost"
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no lab at %s; start one with make run, or set HTTP_LISTEN to the one that runs: %w", address, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	switch {
	case err != nil:
		return fmt.Errorf("answer of the lab at %s: %w", address, err)
	case response.StatusCode == http.StatusNotFound:
		return fmt.Errorf("what runs at %s (HTTP_LISTEN) has no links to fail: it is no lab, or one without routers of its own (LAB_ROUTERS)", address)
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("%s", strings.TrimSpace(string(answer)))
	}
	_, err = c.out.Write(answer)
	return err
}

// labRequest is the HTTP request of a command line.
func labRequest(args []string) (method, path string, err error) {
	form := url.Values{}
	for i, name := range []string{"from", "to", "metric"} {
		if i+1 < len(args) {
			form.Set(name, args[i+1])
		}
	}
	switch {
	case len(args) == 1 && args[0] == "links":
		return http.MethodGet, "/links", nil
	case len(args) == 3 && (args[0] == "fail" || args[0] == "restore"), len(args) == 4 && args[0] == "metric":
		return http.MethodPost, "/links/" + args[0] + "?" + form.Encode(), nil
	}
	return "", "", Usage{labUsage}
}
