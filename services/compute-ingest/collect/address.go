package collect

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/altostream/altostream/libs/alto"
)

// Canonical returns the texts that have a canonical form in it, sorted, each once.
func Canonical(texts []string, form func(string) (string, error), putAside func(error)) []string {
	var good []string
	for _, text := range texts {
		c, err := form(text)
		if err != nil {
			putAside(err)
			continue
		}
		good = append(good, c)
	}
	slices.Sort(good)
	return slices.Compact(good)
}

// Address is the canonical form of an address or a prefix. Host bits are an error:
// 192.0.2.1/24 may mean the host or the network.
func Address(text string) (string, error) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		return a.Unmap().String(), nil
	}
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil || p.Addr().Is4In6():
		return "", fmt.Errorf("%q is neither an IP address nor a prefix", Clip(text))
	case p != p.Masked():
		return "", fmt.Errorf("%q has host bits; write %s or %s", text, p.Addr(), p.Masked())
	case p.IsSingleIP():
		return p.Addr().String(), nil
	}
	return p.String(), nil
}

// Attachment is the canonical form of what a resource may hang on.
func Attachment(text string) (string, error) {
	canonical, err := Address(text)
	if err != nil && alto.ValidPID(text) == nil {
		return text, nil
	}
	if err != nil {
		return "", fmt.Errorf("%q is no PID name, router id, address or prefix", Clip(text))
	}
	return canonical, nil
}
