package document

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/url"

	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// Config is where a document is.
type Config struct {
	Location string `yaml:"location"` // path of a file, or http(s) URL
}

// Check says what is wrong with the configuration.
func (c *Config) Check() error {
	if c.Location == "" {
		return errors.New("the location is empty")
	}
	if !isURL(c.Location) {
		return nil
	}
	u, err := url.Parse(c.Location)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("it is neither the path of a file nor an http(s) URL (write a comma in a URL as %2C)")
	}
	return nil
}

// Collector reads the resources of a document.
type Collector struct {
	*Reader
	last collect.Reading
}

// New returns the collector of a document.
func New(c Config) *Collector { return &Collector{Reader: NewReader(c.Location)} }

// Read returns what the document tells.
func (c *Collector) Read(ctx context.Context) (collect.Reading, error) {
	c.last.Unchanged = true
	err := c.Reader.Read(ctx, func(text []byte) error {
		reading, err := Parse(text)
		if err == nil {
			c.last = reading
		}
		return err
	})
	return c.last, err
}

// Reader reads a document again and again.
type Reader struct {
	Location
	digest [sha256.Size]byte // of the text last used
}

// NewReader returns the reader of the document at a location: the path of a file or an
// http(s) URL.
func NewReader(location string) *Reader { return &Reader{Location: at(location)} }

// Read has the document used, if it is another one than was used last. The error may be
// that of use.
func (r *Reader) Read(ctx context.Context, use func(text []byte) error) error {
	text, unchanged, err := r.Fetch(ctx)
	if err != nil || unchanged {
		return err
	}
	if digest := sha256.Sum256(text); digest != r.digest {
		if err := use(text); err != nil {
			return err
		}
		r.digest = digest
	}
	r.Accept()
	return nil
}
