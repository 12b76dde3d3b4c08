package frr

import (
	"fmt"
	"strings"
)

// isisTag is the name of the IS-IS instance.
const isisTag = "core"

// configuration returns a router's configuration by daemon.
func (s spec) configuration(router int) map[string]string {
	c := map[string]string{"zebra": ""}
	if text := s.interfaces(router, ospfInterface); text != "" {
		c["ospfd"] = text + fmt.Sprintf("interface lo\n ip ospf area %s\n", s.loopbackArea(router, func(l link) string { return l.area })) +
			fmt.Sprintf("router ospf\n ospf router-id %s\n timers throttle spf 50 100 500\n timers throttle lsa all 100\n timers lsa min-arrival 50\n", routerID(router))
	}
	if text := s.interfaces(router, ospf6Interface); text != "" {
		c["ospf6d"] = text + fmt.Sprintf("interface lo\n ipv6 ospf6 area %s\n", s.loopbackArea(router, func(l link) string { return l.area6 })) +
			fmt.Sprintf("router ospf6\n ospf6 router-id %s\n timers throttle spf 50 100 500\n timers lsa min-arrival 50\n", routerID(router))
	}
	if text := s.interfaces(router, isisInterface); text != "" {
		c["isisd"] = s.isisInstance(router) + text + "interface lo\n ip router isis " + isisTag + "\n ipv6 router isis " + isisTag + "\n isis passive\n isis metric 1\n"
	}
	for daemon := range c {
		c[daemon] = fmt.Sprintf("hostname %s\n", routerName(router)) + c[daemon] + s.more[router][daemon]
	}
	return c
}

func routerID(router int) string {
	return strings.Repeat(fmt.Sprint(router, "."), 3) + fmt.Sprint(router)
}

func systemID(router int) string { return fmt.Sprintf("0000.0000.%04d", router) }

// interfaces returns the configuration of a router's links; "" if there is none.
func (s spec) interfaces(router int, lines func(link) string) string {
	var text strings.Builder
	for i, l := range s.links {
		for _, r := range l.routers {
			if r != router {
				continue
			}
			if lines := lines(l); lines != "" {
				fmt.Fprintf(&text, "interface %v\n%s", end{router, i + 1}, lines)
			}
		}
	}
	return text.String()
}

func ospfInterface(l link) string {
	if l.area == "" {
		return ""
	}
	text := fmt.Sprintf(" ip ospf area %s\n ip ospf cost %d\n ip ospf hello-interval 1\n ip ospf dead-interval 4\n", l.area, l.metric)
	if !l.lan {
		text += " ip ospf network point-to-point\n"
	}
	return text
}

func ospf6Interface(l link) string {
	if l.area6 == "" {
		return ""
	}
	text := fmt.Sprintf(" ipv6 ospf6 area %s\n ipv6 ospf6 cost %d\n ipv6 ospf6 hello-interval 1\n ipv6 ospf6 dead-interval 4\n", l.area6, l.metric)
	if !l.lan {
		text += " ipv6 ospf6 network point-to-point\n"
	}
	return text
}

func isisInterface(l link) string {
	if l.level == "" {
		return ""
	}
	text := fmt.Sprintf(" ip router isis %[1]s\n ipv6 router isis %[1]s\n isis circuit-type %[2]s\n isis metric %[3]d\n"+
		" isis hello-interval 1\n isis hello-multiplier 4\n isis csnp-interval 2\n isis psnp-interval 1\n", isisTag, l.level, l.metric)
	if !l.lan {
		text += " isis network point-to-point\n"
	}
	return text
}

func (s spec) isisInstance(router int) string {
	style := map[bool]string{true: "narrow", false: "wide"}[s.narrow]
	text := fmt.Sprintf("router isis %s\n net %s.%s.00\n metric-style %s\n lsp-gen-interval 1\n spf-interval 1\n no hostname dynamic\n",
		isisTag, s.isis[router], systemID(router), style)
	if s.multiTopology {
		text += " topology ipv6-unicast\n"
	}
	return text
}

// loopbackArea is the OSPF area of a router's loopback.
func (s spec) loopbackArea(router int, area func(link) string) string {
	if area, set := s.loopback[router]; set {
		return area
	}
	for _, l := range s.links {
		for _, r := range l.routers {
			if r == router && area(l) != "" {
				return area(l)
			}
		}
	}
	return ""
}
