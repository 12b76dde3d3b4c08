package publication

import (
	"strconv"

	"github.com/altostream/altostream/libs/alto/versioned"
	"github.com/altostream/altostream/libs/service"
)

// Settings are the configuration of how maps are published.
type Settings struct {
	MaxInlineBytes int   `envconfig:"MAX_INLINE_BYTES" default:"524288" example:"524288" desc:"octets up to which a map is one record; a larger one is a head, parts and deltas"`
	DeltaSlots     int64 `envconfig:"DELTA_SLOTS" default:"1024" example:"1024" desc:"how many deltas of a large map are kept"`
}

const (
	leastInline = 1 << 10
	leastSlots  = 16
	// framing is what a record takes beside its value: key, headers, and what is around a batch.
	framing = 8 << 10
	// flushOctets is how much is put out at once: as much as one transaction takes.
	flushOctets = 8 << 20
)

// Validate reports the first wrong value, naming its variable.
func (s *Settings) Validate() error {
	if s.MaxInlineBytes < leastInline {
		return service.Wrong("MAX_INLINE_BYTES", strconv.Itoa(s.MaxInlineBytes), "is less than "+strconv.Itoa(leastInline), "524288")
	}
	if s.DeltaSlots < leastSlots {
		return service.Wrong("DELTA_SLOTS", strconv.FormatInt(s.DeltaSlots, 10), "is less than "+strconv.Itoa(leastSlots), "1024")
	}
	return nil
}

// Limits returns what writers keep to if the client takes records of a size.
func (s *Settings) Limits(recordBytes int) versioned.Limits {
	record := recordBytes - framing
	return versioned.Limits{Inline: min(s.MaxInlineBytes, record), Record: record, Flush: flushOctets, Slots: s.DeltaSlots}
}
