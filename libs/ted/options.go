package ted

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/altostream/altostream/schemas"
)

// Options say what an operator can decide about the maps of a topology. They are part of
// the configuration of the services that make maps; the zero value is the default.
type Options struct {
	Preference   Preference   `envconfig:"IGP_PREFERENCE" default:"ospf,isis" example:"isis,ospf" desc:"IGPs in the order in which they count where routers reach each other in several"`
	JoinIGPs     bool         `envconfig:"JOIN_IGPS" default:"false" example:"true" desc:"add up paths of several IGPs at the routers that are in both"`
	Applications Applications `envconfig:"LINK_APPLICATIONS" default:"rsvp-te,sr-policy,lfa,flex-algo" example:"flex-algo" desc:"standard applications whose link attributes count where a link has none for all, in their order"`
}

// Preference orders the IGPs where two routers reach each other in several (administrative
// distance); IGPs that are not in it come last.
type Preference []Protocol

// Protocol is a family of IGPs: ospf is versions 2 and 3, isis both levels.
type Protocol string

// The families.
const (
	OSPF Protocol = "ospf"
	ISIS Protocol = "isis"
)

// Decode reads names separated by commas.
func (p *Preference) Decode(text string) error {
	*p = nil
	for _, name := range splitNames(text) {
		switch protocol := Protocol(name); {
		case protocol != OSPF && protocol != ISIS:
			return fmt.Errorf("has %q; there are ospf and isis", name)
		case slices.Contains(*p, protocol):
			return fmt.Errorf("has %q twice", name)
		default:
			*p = append(*p, protocol)
		}
	}
	return nil
}

// Applications are the standard applications whose link attributes (TLV 1122, RFC 9294 §2)
// count where a link has none for all: of the first that has one.
type Applications []Application

// Application is a standard application of link attributes, by its bit in the first octet
// of the mask (RFC 9479 §4.1).
type Application uint8

var applications = map[string]Application{
	"rsvp-te": 0x80, "sr-policy": 0x40, "lfa": 0x20, "flex-algo": 0x10,
}

// Decode reads names separated by commas.
func (a *Applications) Decode(text string) error {
	*a = nil
	for _, name := range splitNames(text) {
		application, known := applications[name]
		switch {
		case !known:
			return fmt.Errorf("has %q; there are rsvp-te, sr-policy, lfa and flex-algo", name)
		case slices.Contains(*a, application):
			return fmt.Errorf("has %q twice", name)
		}
		*a = append(*a, application)
	}
	return nil
}

func splitNames(text string) []string {
	names := strings.Split(text, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

func (o Options) withDefaults() Options {
	if len(o.Preference) == 0 {
		o.Preference = Preference{OSPF, ISIS}
	}
	if len(o.Applications) == 0 {
		o.Applications = Applications{0x80, 0x40, 0x20, 0x10}
	}
	return o
}

// preference is the place of an IGP in the order of preference; whatever is none of the
// families comes last.
func (o Options) preference(k igpKey) int {
	for i, p := range o.Preference {
		switch k.protocol {
		case ospfv2, ospfv3:
			if p == OSPF {
				return i
			}
		case isisLevel1:
			if p == ISIS {
				return i
			}
		}
	}
	return len(o.Preference)
}

// teMetric is the TE default metric of a link (TLV 1092).
func (o Options) teMetric(a *schemas.Attributes) *uint32 {
	return toldFor(o, a, a.TEMetric, func(l *schemas.LinkMetrics) *uint32 { return l.TEMetric })
}

// toldFor is what is told of a link for all applications, else for the first application of
// which it is told (TLV 1122), else for any application (RFC 9479 §4.2: a mask of no length).
func toldFor[T any](o Options, a *schemas.Attributes, forAll *T, of func(*schemas.LinkMetrics) *T) *T {
	if forAll != nil {
		return forAll
	}
	for _, application := range o.Applications {
		for i := range a.ApplicationSpecific {
			l := &a.ApplicationSpecific[i]
			if told := of(&l.Metrics); told != nil && application.in(l.Standard) {
				return told
			}
		}
	}
	for i := range a.ApplicationSpecific {
		l := &a.ApplicationSpecific[i]
		if told := of(&l.Metrics); told != nil && l.Standard == "" && l.UserDefined == "" {
			return told
		}
	}
	return nil
}

// in tells whether a mask of standard applications, in hex, has the application.
func (a Application) in(mask string) bool {
	octets, err := hex.DecodeString(mask)
	return err == nil && len(octets) > 0 && octets[0]&byte(a) != 0
}
