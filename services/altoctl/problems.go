package altoctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/altostream/altostream/libs/ted"
)

// problem is a finding as JSON has it.
type problem struct {
	Reason  string   `json:"reason"`
	LeftOut bool     `json:"left_out"`
	Kind    string   `json:"kind"`
	Object  string   `json:"object"`
	Sources []string `json:"sources"`
	Detail  string   `json:"detail"`
}

// problems prints what is left out of the maps, and what is worth a look, by topology.
func (c *command) problems(ctx context.Context) error {
	topologies, err := c.topologies(ctx)
	if err != nil {
		return err
	}
	found := map[string][]problem{}
	for name, db := range topologies {
		found[name] = problemsOf(db)
	}
	if c.json {
		err = c.printJSON(found)
	} else {
		err = Problems(c.out, found)
	}
	return errors.Join(err, c.complete())
}

func problemsOf(db *ted.Database) []problem {
	out := []problem{}
	for _, f := range db.Findings() {
		out = append(out, problem{string(f.Reason), f.Reason.LeftOut(), f.Kind, f.Object, f.Sources, f.Detail})
	}
	return out
}

// maxProblems is how many objects are shown of each reason.
const maxProblems = 20

// Problems writes findings for people: by topology and reason, what is left out first.
func Problems(w io.Writer, found map[string][]problem) error {
	for _, name := range slices.Sorted(maps.Keys(found)) {
		all := found[name]
		leftOut := 0
		for _, p := range all {
			if p.LeftOut {
				leftOut++
			}
		}
		fmt.Fprintf(w, "%s: %s left out of the maps, %d worth a look\n", name, plural(leftOut, "object"), len(all)-leftOut)
		for len(all) > 0 {
			n := slices.IndexFunc(all, func(p problem) bool { return p.Reason != all[0].Reason })
			if n < 0 {
				n = len(all)
			}
			writeReason(w, all[:n])
			all = all[n:]
		}
	}
	return nil
}

// writeReason writes the findings of one reason.
func writeReason(w io.Writer, same []problem) {
	what := "left out"
	if !same[0].LeftOut {
		what = "used"
	}
	fmt.Fprintf(w, "\n%s  %s, %s\n", same[0].Reason, plural(len(same), "object"), what)
	for _, p := range same[:min(len(same), maxProblems)] {
		fmt.Fprintf(w, "  %s\n    %s\n    told by %s\n", p.Detail, p.Object, strings.Join(p.Sources, ", "))
	}
	if more := len(same) - maxProblems; more > 0 {
		fmt.Fprintf(w, "  … and %d more (--json has all)\n", more)
	}
}
