package rank

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ParseMetric reads a metric and its bound: routingcost, delay-ow<=5000, bw-available>=1e9.
func ParseMetric(text string) (Metric, error) {
	at := strings.IndexAny(text, "<>")
	if at < 0 {
		return Metric{Name: text}, nil
	}
	m := Metric{Name: strings.TrimSpace(text[:at]), Bounded: true}
	bound, ok := strings.CutPrefix(text[at+1:], "=")
	var err error
	if m.Bound, err = strconv.ParseFloat(strings.TrimSpace(bound), 64); m.Name == "" || !ok || err != nil || math.IsNaN(m.Bound) {
		return m, fmt.Errorf("%q is not <metric>, <metric><=<number> or <metric>>=<number>", text)
	}
	if (text[at] == '>') != m.larger() {
		return m, fmt.Errorf("%q: of %s %s is better", text, m.Name, map[bool]string{true: "more", false: "less"}[m.larger()])
	}
	return m, nil
}

// String is the metric as ParseMetric reads it.
func (m Metric) String() string {
	switch {
	case !m.Bounded:
		return m.Name
	case m.larger():
		return m.Name + ">=" + number(m.Bound)
	}
	return m.Name + "<=" + number(m.Bound)
}

// Suffixes of amounts of memory and disk, in MB and GB as the classes count them.
var (
	megabytes = map[string]float64{"": 1, "M": 1, "MI": 1, "MB": 1, "G": 1 << 10, "GI": 1 << 10, "GB": 1 << 10, "T": 1 << 20, "TI": 1 << 20, "TB": 1 << 20}
	gigabytes = map[string]float64{"": 1, "G": 1, "GI": 1, "GB": 1, "T": 1 << 10, "TI": 1 << 10, "TB": 1 << 10}
)

// ParseAmount reads an amount of a class: 8 vcpu, 32G of ram (which counts in MB), 1T of disk
// (which counts in GB).
func ParseAmount(class, text string) (float64, error) {
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	v, err := strconv.ParseFloat(digits, 64)
	factors := map[string]map[string]float64{"ram": megabytes, "disk": gigabytes}[class]
	factor, ok := factors[strings.ToUpper(text[len(digits):])]
	if factors == nil {
		factor, ok = 1, digits == text
	}
	if err != nil || !ok || v < 0 || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q is no amount of %s, such as %s", text, class, map[string]string{"ram": "32G", "disk": "500G"}[class]+map[bool]string{true: "8"}[factors == nil])
	}
	return v * factor, nil
}

// Amount returns an amount of a class as people read it.
func Amount(class string, v float64) string { return amount(class, v) }

func amount(class string, v float64) string {
	units := map[string][]string{"ram": {"MB", "GB", "TB"}, "disk": {"GB", "TB"}}[class]
	if units == nil {
		return number(v)
	}
	for i, unit := range units {
		if v < 1<<10 || i == len(units)-1 {
			return number(math.Floor(v*10)/10) + " " + unit
		}
		v /= 1 << 10
	}
	return ""
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
