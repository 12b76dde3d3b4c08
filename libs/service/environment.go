package service

import (
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// variable is an environment variable that a configuration is read from.
type variable struct{ name, preset, meaning string }

// variables returns those of configurations (pointers to structs), each once.
func variables(configurations ...any) (all []variable) {
	for _, c := range configurations {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(c).Elem()) {
			name := field.Tag.Get("envconfig")
			known := slices.ContainsFunc(all, func(v variable) bool { return v.name == name })
			if name != "" && !known {
				all = append(all, variable{name, field.Tag.Get("default"), field.Tag.Get("desc")})
			}
		}
	}
	return all
}

var (
	// family begins the names of variables that nobody else has.
	family = regexp.MustCompile(`^(KAFKA|SCHEMA_REGISTRY|BGP|BMP|MRT|COMPUTE|COST|LAB|ROUTERS)_`)
	// serviceLink is what Kubernetes sets for a service, of the name kafka, say.
	serviceLink = regexp.MustCompile(`_SERVICE_HOST$|_SERVICE_PORT(_|$)|_PORT(_\d+_(TCP|UDP).*)?$`)
)

// WarnOfUnknown names the variables of an environment that look like ones of the program and
// are none: one of a family of which it has others, or one with nearly the name of another.
func (p Program) WarnOfUnknown(out io.Writer, environment []string) {
	known := variables(p.Configurations...)
	for _, pair := range environment {
		name, _, _ := strings.Cut(pair, "=")
		if serviceLink.MatchString(name) || slices.ContainsFunc(known, func(v variable) bool { return v.name == name }) {
			continue
		}
		if near := nearest(name, known); near != "" {
			fmt.Fprintf(out, "%s: warning: there is no variable %s; is %s meant?\n", p.Name, name, near)
		} else if prefix := family.FindString(name); prefix != "" && slices.ContainsFunc(known, func(v variable) bool { return strings.HasPrefix(v.name, prefix) }) {
			fmt.Fprintf(out, "%s: warning: there is no variable %s; see %s --help\n", p.Name, name, p.Name)
		}
	}
}

// nearest returns the variable whose name differs from this one by a slip of the keyboard.
func nearest(name string, known []variable) string {
	const slips, shortest = 2, 8
	for _, v := range known {
		if len(v.name) >= shortest && distance(strings.ToUpper(name), v.name) <= slips {
			return v.name
		}
	}
	return ""
}

// distance is the number of letters to insert, remove or change to make a of b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
