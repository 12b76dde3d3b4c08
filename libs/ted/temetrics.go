package ted

// teMetrics counts the links with a TE metric: where some have one, those without are found.
type teMetrics struct {
	with    int
	without map[*link]bool
}

func (t *teMetrics) count(l *link, count int) {
	switch {
	case !l.te.OK && count > 0:
		t.without[l] = true
	case !l.te.OK:
		delete(t.without, l)
	case !l.from.isPseudonode():
		t.with += count
	}
}

// withoutTEMetric returns the links without a TE metric, if others have one.
func (d *Database) withoutTEMetric() map[*link]bool {
	if d.teMetrics.with == 0 {
		return nil
	}
	return d.teMetrics.without
}
