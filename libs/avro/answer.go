package avro

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/twmb/franz-go/pkg/sr"
)

// classify tells a registry that refuses for good from one that is away, failing, busy,
// or does not know us (yet).
func (r *Client) classify(what string, err error) error {
	switch statusOf(err) {
	case 0:
		return fmt.Errorf("%s: %w: %s: %w", what, ErrUnavailable, r.host, reached(err))
	case http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity:
		return fmt.Errorf("%s: refused by the registry: %w", what, answerOf(err))
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%s: %w: %s: it does not let us in (user:password@ in SCHEMA_REGISTRY_URL, bearer.auth.token in SCHEMA_REGISTRY_PROPERTIES, and what the user may do): %w",
			what, ErrUnavailable, r.host, answerOf(err))
	}
	return fmt.Errorf("%s: %w: %s: %w", what, ErrUnavailable, r.host, answerOf(err))
}

// statusOf returns the HTTP status of a registry's answer, 0 if there was none.
func statusOf(err error) int {
	var answer *sr.ResponseError
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.StatusCode
}

// modeForbids is the error code of a registry or subject in the mode READONLY.
const modeForbids = 42205

// readOnly reports whether a registry lets us read, and not write.
func readOnly(err error) bool {
	var answer *sr.ResponseError
	return errors.As(err, &answer) && (answer.StatusCode == http.StatusForbidden || answer.ErrorCode == modeForbids)
}

// answerOf is a registry's refusal in a line: its status and what it says, unless that is
// the page of a proxy.
func answerOf(err error) error {
	var answer *sr.ResponseError
	if !errors.As(err, &answer) {
		return err
	}
	status := fmt.Sprintf("%d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	if answer.StatusCode == http.StatusNotFound && answer.ErrorCode == 0 {
		return fmt.Errorf("%s: what answers there is no schema registry; its API may have a path of its own in SCHEMA_REGISTRY_URL", status)
	}
	text, _, more := strings.Cut(strings.TrimSpace(answer.Error()), "\n")
	if more || text == "" || strings.HasPrefix(text, "<") {
		return errors.New(status)
	}
	return fmt.Errorf("%s: %s", status, text)
}

// reached says why there was no answer, and what there is to do about it.
func reached(err error) error {
	var failed *url.Error
	encrypted := false
	if errors.As(err, &failed) {
		err, encrypted = failed.Err, strings.HasPrefix(failed.URL, "https:")
	}
	var unknown x509.UnknownAuthorityError
	var alert *net.OpError // of crypto/tls
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%w (ssl.ca.location in SCHEMA_REGISTRY_PROPERTIES names the authorities to trust)", err)
	case errors.As(err, &alert) && alert.Op == "remote error":
		return fmt.Errorf("%w (ssl.certificate.location and ssl.key.location in SCHEMA_REGISTRY_PROPERTIES are our certificate)", err)
	case encrypted && endedByServer(err): // which may come before the alert is read
		return fmt.Errorf("%w (it ended the connection; if it asks for a certificate, ssl.certificate.location and ssl.key.location in SCHEMA_REGISTRY_PROPERTIES are ours)", err)
	case errors.Is(err, http.ErrSchemeMismatch):
		return fmt.Errorf("%w (it speaks no TLS: http:// in SCHEMA_REGISTRY_URL)", err)
	case strings.Contains(err.Error(), "malformed HTTP response"):
		return fmt.Errorf("%w (it does not speak HTTP: https:// in SCHEMA_REGISTRY_URL, or another port)", err)
	}
	return err
}

func endedByServer(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF)
}
