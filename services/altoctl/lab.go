package altoctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/altostream/altostream/libs/service"
)

// labAddress is where the lab serves HTTP unless HTTP_LISTEN says otherwise.
const labAddress = "127.0.0.1:9100"

// labCommand is the commands on the lab's links.
func (c *command) labCommand() *cobra.Command {
	lab := &cobra.Command{
		Use:   "lab",
		Short: "the lab's links: fail one, bring it back, change its metric",
		Long: `The lab's links: fail one, bring it back, change its metric.

Environment: HTTP_LISTEN of the lab, by default ` + labAddress + `; that of the routers of docker compose is :9106.`,
		RunE: func(*cobra.Command, []string) error { return errors.New("which command? see altoctl lab --help") },
	}
	lab.AddCommand(
		c.labLinks(http.MethodGet, "links", "the links, their metrics and state"),
		c.labLinks(http.MethodPost, "fail FROM TO", "take the link between two routers down"),
		c.labLinks(http.MethodPost, "restore FROM TO", "take it up again"),
		c.labLinks(http.MethodPost, "metric FROM TO METRIC", "set the metric from the one router to the other"),
	)
	return lab
}

// labLinks is a command whose arguments are named in use.
func (c *command) labLinks(method, use, short string) *cobra.Command {
	name, rest, _ := strings.Cut(use, " ")
	parameters := strings.Fields(strings.ToLower(rest))
	path := "/links"
	if method == http.MethodPost {
		path += "/" + name
	}
	var cmd *cobra.Command
	cmd = c.subcommand(use, short, func(ctx context.Context) error {
		query := url.Values{}
		for i, argument := range cmd.Flags().Args() {
			query.Set(parameters[i], argument)
		}
		return c.askLab(ctx, method, path, query)
	})
	cmd.Args = cobra.ExactArgs(len(parameters))
	return cmd
}

// askLab asks the lab's routers over HTTP, see router.Network.Control.
func (c *command) askLab(ctx context.Context, method, path string, query url.Values) error {
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
	to := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: path, RawQuery: query.Encode()}
	request, err := http.NewRequestWithContext(ctx, method, to.String(), nil)
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
