package altoctl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"

	"golang.org/x/term"

	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
)

// question is what is asked of maps.
type question struct {
	from, to string // PIDs of costs; "" = all
	pid      string // of a network map; "" = all
	labels   labels
	width    int // columns of the terminal
}

// ask finds the PIDs that a person means, and what people call PIDs.
func (c *command) ask(ctx context.Context) (question, error) {
	q := question{labels: labels{}, width: c.width()}
	asked := c.from+c.to+c.pid != ""
	if c.json && !asked {
		return q, nil
	}
	topologies, err := c.topologies(ctx)
	if err != nil && asked {
		return q, err
	}
	for _, db := range topologies {
		maps.Copy(q.labels, routersOf(db).names())
	}
	for _, of := range []struct {
		text string
		to   *string
	}{{c.from, &q.from}, {c.to, &q.to}, {c.pid, &q.pid}} {
		if of.text == "" {
			continue
		}
		if *of.to, err = c.meant(topologies, of.text); err != nil {
			return q, err
		}
	}
	return q, nil
}

// meant returns the PID that a person means: of a view as it is given, else of the router.
func (c *command) meant(topologies map[string]*ted.Database, text string) (string, error) {
	if c.view != "" {
		return text, nil
	}
	var found []string
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(topologies)) {
		pid, err := routersOf(topologies[name]).one(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("topology %s: %w", name, err))
			continue
		}
		found = append(found, pid)
	}
	found = slices.Compact(slices.Sorted(slices.Values(found)))
	switch len(found) {
	case 0:
		return "", errors.Join(errs...)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s is each of %q; give --topology", text, found)
}

// width returns the columns of the terminal; of what is none those that most have.
func (c *command) width() int {
	const usual = 80
	if f, ok := c.out.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	columns, _ := strconv.Atoi(os.Getenv("COLUMNS"))
	return cmp.Or(columns, usual)
}

// has tells whether a network map has what is asked for.
func (q question) has(m *schemas.NetworkMap) bool {
	_, ok := m.NetworkMap[q.pid]
	return ok || q.pid == ""
}
