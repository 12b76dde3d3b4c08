package igp

// Rows of distances as whole numbers. Four cells go at a time: most often all of them are below the number that
// says that there is none, and then so are all their bits together.

// Metrics fills metrics with those of distances, and with absent where there is no path. It reports
// false if one is not below that.
func Metrics(distances []Distance, metrics []uint32, absent uint32) bool {
	for len(distances) >= 4 && len(metrics) >= 4 {
		a, b, c, d := distances[0].Metric(), distances[1].Metric(), distances[2].Metric(), distances[3].Metric()
		if a|b|c|d < uint64(absent) {
			metrics[0], metrics[1], metrics[2], metrics[3] = uint32(a), uint32(b), uint32(c), uint32(d)
		} else if !someMetrics(distances[:4], metrics, absent) {
			return false
		}
		distances, metrics = distances[4:], metrics[4:]
	}
	return someMetrics(distances, metrics, absent)
}

func someMetrics(distances []Distance, metrics []uint32, absent uint32) bool {
	for i, d := range distances {
		metrics[i] = uint32(min(d.Metric(), uint64(absent)))
		if metrics[i] == absent && d != Unreachable {
			return false
		}
	}
	return true
}

// Links fills links with those of distances, and with absent where there is no path or their number is not known.
func Links(distances []Distance, links []uint32, absent uint32) {
	const unknown = linksUnknown // those of Unreachable are too
	for len(distances) >= 4 && len(links) >= 4 {
		a, b, c, d := uint32(distances[0])&unknown, uint32(distances[1])&unknown, uint32(distances[2])&unknown, uint32(distances[3])&unknown
		if a|b|c|d < unknown {
			links[0], links[1], links[2], links[3] = a, b, c, d
		} else {
			someLinks(distances[:4], links, absent)
		}
		distances, links = distances[4:], links[4:]
	}
	someLinks(distances, links, absent)
}

func someLinks(distances []Distance, links []uint32, absent uint32) {
	for i, d := range distances {
		links[i] = uint32(d) & linksUnknown
		if links[i] == linksUnknown {
			links[i] = absent
		}
	}
}
