package altoctl

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/schemas"
)

// maxAnswers is how many rows an answer has.
const maxAnswers = 40

// costTable is the costs of a map as they are shown.
type costTable struct {
	alto.Costs
	question
}

// writeCostMap writes what is asked for of a cost map.
func writeCostMap(w io.Writer, id string, m *versioned.CostMap, q question) error {
	fmt.Fprintf(w, "%s  %s\n  of %s\n", id, costType(m.Meta.CostType), vtags(m.Meta.DependentVTags))
	writeFreshness(w, m.Meta.Sources, m.Meta.StaleSince)
	return costTable{m, q}.write(w)
}

// write writes what is asked for: one cost, a row or column in the order of costs, or all, as a
// matrix if that fits the terminal and else in a few figures.
func (t costTable) write(w io.Writer) error {
	switch {
	case t.from != "" && t.to != "":
		row, err := t.row(t.from)
		if err != nil {
			return err
		}
		to, err := t.index(t.to)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  %s → %s: %s\n", t.labels.with(t.from), t.labels.with(t.to), costOf(row[to]))
		return nil
	case t.from != "":
		row, err := t.row(t.from)
		if err != nil {
			return err
		}
		return t.ranked(w, "from "+t.labels.with(t.from), t.from, row)
	case t.to != "":
		column, err := t.column(t.to)
		if err != nil {
			return err
		}
		return t.ranked(w, "to "+t.labels.with(t.to), t.to, column)
	}
	for _, name := range []func(string) string{t.labels.with, func(pid string) string { return pid }} {
		if text := t.matrix(name); text != "" {
			_, err := io.WriteString(w, text)
			return err
		}
	}
	t.summary(w)
	return nil
}

func (t costTable) index(pid string) (int, error) {
	i, ok := slices.BinarySearch(t.PIDs(), pid)
	if !ok {
		return 0, fmt.Errorf("the map has no PID %s", pid)
	}
	return i, nil
}

func (t costTable) row(pid string) ([]float64, error) {
	i, err := t.index(pid)
	if err != nil {
		return nil, err
	}
	row := make([]float64, len(t.PIDs()))
	t.Row(i, row)
	return row, nil
}

func (t costTable) column(pid string) ([]float64, error) {
	to, err := t.index(pid)
	if err != nil {
		return nil, err
	}
	row, column := make([]float64, len(t.PIDs())), make([]float64, len(t.PIDs()))
	for from := range column {
		t.Row(from, row)
		column[from] = row[to]
	}
	return column, nil
}

// ranked writes the costs from or to one PID, the least first.
func (t costTable) ranked(w io.Writer, what, self string, costs []float64) error {
	var order []int
	none := 0
	for i, c := range costs {
		switch {
		case t.PIDs()[i] == self:
		case math.IsNaN(c):
			none++
		default:
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(costs[a], costs[b]) })
	fmt.Fprintf(w, "  %s: %s", what, plural(len(order), "PID"))
	if none > 0 {
		fmt.Fprintf(w, "; to %d more there is no cost", none)
	}
	fmt.Fprintln(w)
	table := newTable(w)
	for _, i := range order[:min(len(order), maxAnswers)] {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", number(costs[i]), t.labels.of(t.PIDs()[i]), t.PIDs()[i])
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if more := len(order) - maxAnswers; more > 0 {
		fmt.Fprintf(w, "  … and %d more, up to %s (--json has all)\n", more, number(costs[order[len(order)-1]]))
	}
	return nil
}

// matrix returns the costs as a matrix whose columns have the numbers of its rows, which are named;
// "" if it does not fit the terminal.
func (t costTable) matrix(name func(pid string) string) string {
	if len(t.PIDs()) > t.width/3 {
		return ""
	}
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	names := make([]string, len(t.PIDs()))
	widest := len(corner)
	for i, pid := range t.PIDs() {
		names[i] = name(pid)
		widest = max(widest, len(names[i]))
	}
	fmt.Fprintf(table, "\t%-*s\t", widest, corner)
	for i := range names {
		fmt.Fprintf(table, "%d\t", i+1)
	}
	fmt.Fprintln(table)
	row := make([]float64, len(names))
	for i, name := range names {
		t.Row(i, row)
		fmt.Fprintf(table, "%d\t%-*s\t", i+1, widest, name)
		for _, cost := range row {
			if math.IsNaN(cost) {
				fmt.Fprint(table, "-\t")
			} else {
				fmt.Fprintf(table, "%s\t", number(cost))
			}
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush()
	for line := range strings.Lines(b.String()) {
		if len(line)-1 > t.width {
			return ""
		}
	}
	return b.String()
}

const corner = "from \\ to"

// summary writes how many costs there are, and what they are like.
func (t costTable) summary(w io.Writer) {
	pids := t.PIDs()
	row := make([]float64, len(pids))
	least, greatest, sum, count := math.Inf(1), math.Inf(-1), 0.0, 0
	var furthest [2]string
	for from, pid := range pids {
		t.Row(from, row)
		for to, cost := range row {
			if from == to || math.IsNaN(cost) {
				continue
			}
			count++
			sum += cost
			least = min(least, cost)
			if cost > greatest {
				greatest, furthest = cost, [2]string{pid, pids[to]}
			}
		}
	}
	fmt.Fprintf(w, "  %s, %d of %d pairs have a cost\n", plural(len(pids), "PID"), count, len(pids)*(len(pids)-1))
	if count > 0 {
		fmt.Fprintf(w, "  from %s to %s, on average %.4g\n  the greatest: %s → %s\n", number(least), number(greatest), sum/float64(count),
			t.labels.with(furthest[0]), t.labels.with(furthest[1]))
	}
	fmt.Fprintln(w, "  ask with --from and --to for costs, or --json for all")
}

func costOf(cost float64) string {
	if math.IsNaN(cost) {
		return "unreachable"
	}
	return number(cost)
}

// hasCosts tells whether a cost map has the PIDs that are asked for.
func (q question) hasCosts(m *versioned.CostMap) bool {
	has := func(pid string) bool {
		_, ok := slices.BinarySearch(m.PIDs(), pid)
		return ok || pid == ""
	}
	return has(q.from) && has(q.to)
}

// record returns what is asked for of a cost map as a record.
func (q question) record(m *versioned.CostMap) *schemas.CostMap {
	if q.from == "" && q.to == "" {
		return m.Record()
	}
	out := &schemas.CostMap{Meta: m.Meta, CostMap: alto.CostMap{}}
	row := make([]float64, len(m.PIDs()))
	for i, from := range m.PIDs() {
		if q.from != "" && from != q.from {
			continue
		}
		out.CostMap[from] = map[string]float64{}
		m.Row(i, row)
		for j, to := range m.PIDs() {
			if (q.to == "" || to == q.to) && !math.IsNaN(row[j]) {
				out.CostMap[from][to] = row[j]
			}
		}
	}
	return out
}

// costChanges describes what changed of what is asked for, the greatest first: costs that there
// are no more, then new ones, then by how much they differ.
func costChanges(old, now *versioned.CostMap, q question) []string {
	var changes []versioned.Change
	for c := range now.Changes(old) {
		if (q.from == "" || c.From == q.from) && (q.to == "" || c.To == q.to) {
			changes = append(changes, c)
		}
	}
	size := func(c versioned.Change) float64 {
		switch {
		case math.IsNaN(c.New):
			return math.Inf(1)
		case math.IsNaN(c.Old):
			return math.MaxFloat64
		}
		return math.Abs(c.New - c.Old)
	}
	slices.SortStableFunc(changes, func(a, b versioned.Change) int { return cmp.Compare(size(b), size(a)) })
	lines := make([]string, len(changes))
	for i, c := range changes {
		lines[i] = fmt.Sprintf("%s → %s: %s → %s", q.labels.with(c.From), q.labels.with(c.To), costOf(c.Old), costOf(c.New))
	}
	return lines
}
