package document

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// requestTimeout is the longest time for one request, with its body.
const requestTimeout = 10 * time.Second

// page is a document behind an http(s) URL. It is asked for only if it is another
// one than the last (RFC 9110 §13), where the server supports that.
type page struct {
	address string
	client  *http.Client
	fetched validators // of the last answer
	used    validators // of the document last accepted
}

// validators tell a server which version of a document its client has (RFC 9110 §8.8).
type validators struct{ etag, lastModified string }

func newPage(address string) *page {
	return &page{address: address, client: &http.Client{Timeout: requestTimeout}}
}

func (p *page) String() string {
	u, err := url.Parse(p.address)
	if err != nil {
		return "…"
	}
	return u.Redacted()
}

func (p *page) Fetch(ctx context.Context) (text []byte, unchanged bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address, nil)
	if err != nil {
		return nil, false, err
	}
	request.Header.Set("Accept", "application/json")
	if p.used.etag != "" {
		request.Header.Set("If-None-Match", p.used.etag)
	}
	if p.used.lastModified != "" {
		request.Header.Set("If-Modified-Since", p.used.lastModified)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, false, err
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotModified && p.used != validators{}:
		return nil, true, nil
	case response.StatusCode != http.StatusOK:
		return nil, false, fmt.Errorf("the server answers %s", response.Status)
	}
	text, err = readAll(response.Body)
	p.fetched = validators{response.Header.Get("ETag"), response.Header.Get("Last-Modified")}
	return text, false, err
}

// Watch returns nil: pages are polled.
func (p *page) Watch(context.Context) <-chan struct{} { return nil }

func (p *page) Accept() { p.used = p.fetched }
