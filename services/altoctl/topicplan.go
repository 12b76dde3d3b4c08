package altoctl

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/schemas"
)

// realTopic is a topic as it is in the cluster.
type realTopic struct {
	stream.Topic
	empty bool // it holds no records; looked up where it is to have more partitions
}

// topicPlan is the difference between the topics of a file and those of a cluster.
type topicPlan struct {
	remove []string
	create []wantedTopic
	extend []extension
	alter  []alteration
	// refused are the differences that cannot be mended without losing something, and what
	// to do; nothing is mended while there are any.
	refused []string
	// named are the differences that are not mended here; the others are.
	named []string
	// notes are for people; nothing follows from them.
	notes []string
}

// extension is more partitions for a topic.
type extension struct {
	topic    string
	from, to int
	empty    bool
}

// alteration is another value for a setting of a topic.
type alteration struct {
	topic, key, old, new string
}

// consent is what a person has told to do to topics that hold records.
type consent struct {
	// remove are topics to delete with their records; one that is wanted is created anew.
	remove []string
	// extend are topics to add partitions to.
	extend []string
}

// planTopics compares.
func planTopics(wanted []wantedTopic, actual map[string]realTopic, told consent) topicPlan {
	var p topicPlan
	for _, name := range schemas.Topics {
		_, exists := actual[name]
		listed := slices.ContainsFunc(wanted, func(t wantedTopic) bool { return t.name == name })
		switch {
		case exists && slices.Contains(told.remove, name):
			p.remove = append(p.remove, name)
		case exists && !listed:
			p.notes = append(p.notes, name+" is in the cluster and not in the file: left as it is")
		}
	}
	for _, t := range wanted {
		if r, exists := actual[t.name]; exists && !slices.Contains(p.remove, t.name) {
			p.compare(t, r, slices.Contains(told.extend, t.name))
		} else {
			p.create = append(p.create, t)
		}
	}
	return p
}

// rebuild is how to give a topic what it cannot get as it is.
const rebuild = "stop the services, delete the topics and create them anew " +
	"(altoctl topics apply --delete <topic> for each), start the services: they fill them from routers and compute documents"

func (p *topicPlan) compare(t wantedTopic, r realTopic, extend bool) {
	say := func(what string, from, to int, why string) string {
		return fmt.Sprintf("%s: %s %d → %d: %s", t.name, what, from, to, why)
	}
	switch {
	case t.partitions < r.Partitions:
		p.refused = append(p.refused, say("partitions", r.Partitions, t.partitions,
			"Kafka cannot take partitions away; set the file to "+strconv.Itoa(r.Partitions)+", or: "+rebuild))
	case t.partitions > r.Partitions && !r.empty && !extend:
		p.refused = append(p.refused, say("partitions", r.Partitions, t.partitions,
			"it holds records, and those of a topology that moves to another partition would stay behind for good; "+rebuild+"; or, to leave them: --add-partitions "+t.name))
	case t.partitions > r.Partitions:
		p.extend = append(p.extend, extension{t.name, r.Partitions, t.partitions, r.empty})
	}
	if t.replicationFactor != r.Replicas {
		p.named = append(p.named, say("replication factor", r.Replicas, t.replicationFactor,
			"not made here: move the replicas with kafka-reassign-partitions, or set the file (or --replicas) to "+strconv.Itoa(r.Replicas)))
	}
	if r.Config == nil {
		p.named = append(p.named, t.name+": its settings cannot be compared: this principal may not read them (DescribeConfigs)")
		return
	}
	for _, key := range slices.Sorted(maps.Keys(t.config)) {
		if old := r.Config[key]; !sameValue(old, t.config[key]) {
			p.alter = append(p.alter, alteration{t.name, key, old, t.config[key]})
		}
	}
}

// sameValue reports whether two values of a setting are the same: Kafka writes numbers
// in its own way.
func sameValue(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return a == b || errX == nil && errY == nil && x == y
}

// empty reports whether there is no difference.
func (p *topicPlan) empty() bool {
	return len(p.remove)+len(p.create)+len(p.extend)+len(p.alter)+len(p.refused)+len(p.named) == 0
}

func (p *topicPlan) print(w io.Writer) {
	for _, name := range p.remove {
		fmt.Fprintf(w, "- delete %s with all its records\n", name)
	}
	for _, t := range p.create {
		fmt.Fprintf(w, "+ create %s: %d partitions, replication factor %d, %s\n", t.name, t.partitions, t.replicationFactor, settings(t.config))
	}
	for _, e := range p.extend {
		records := "it is empty"
		if !e.empty {
			records = "its records stay where they are"
		}
		fmt.Fprintf(w, "~ %s: partitions %d → %d (%s; start the services again afterwards)\n", e.topic, e.from, e.to, records)
	}
	for _, a := range p.alter {
		fmt.Fprintf(w, "~ %s: %s %s → %s\n", a.topic, a.key, a.old, a.new)
	}
	for _, text := range slices.Concat(p.refused, p.named) {
		fmt.Fprintf(w, "! %s\n", text)
	}
	for _, text := range p.notes {
		fmt.Fprintf(w, "  %s\n", text)
	}
	if p.empty() {
		fmt.Fprintln(w, "The topics are as the file says.")
	}
}

func settings(config map[string]string) string {
	var texts []string
	for _, key := range slices.Sorted(maps.Keys(config)) {
		texts = append(texts, key+"="+config[key])
	}
	return strings.Join(texts, ", ")
}
