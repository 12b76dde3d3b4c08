package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/compute-ingest/collect"
)

// field reads a value, which is not null, into a resource. Its error follows the value.
type field = func(r *schemas.ComputeResource, value json.RawMessage) error

// fields of a resource in a document, by name.
var fields = map[string]field{
	"disk_available": available("disk", func(r *schemas.ComputeResource) **float64 { return &r.DiskAvailable }),
	"disk_used":      used("disk", func(r *schemas.ComputeResource) **float64 { return &r.DiskUsed }),
	"ram_available":  available("ram", func(r *schemas.ComputeResource) **float64 { return &r.RAMAvailable }),
	"ram_used":       used("ram", func(r *schemas.ComputeResource) **float64 { return &r.RAMUsed }),
	"vcpu_available": available("vcpu", func(r *schemas.ComputeResource) **float64 { return &r.VCPUAvailable }),
	"vcpu_used":      used("vcpu", func(r *schemas.ComputeResource) **float64 { return &r.VCPUUsed }),
	"instances":      readInstances,

	"capacity":         amounts("capacity"),
	"reserved":         amounts("reserved"),
	"allocation_ratio": amounts("allocation_ratio"),
	"allocatable":      amounts("allocatable"),
	"allocated":        amounts("allocated"),
	"measured_use":     amounts("measured_use"),

	"site":         text(func(r *schemas.ComputeResource) **string { return &r.Site }),
	"zone":         text(func(r *schemas.ComputeResource) **string { return &r.Zone }),
	"region":       text(func(r *schemas.ComputeResource) **string { return &r.Region }),
	"id":           text(func(r *schemas.ComputeResource) **string { return &r.ID }),
	"state_reason": text(func(r *schemas.ComputeResource) **string { return &r.StateReason }),
	"state":        readState,
	"schedulable": func(r *schemas.ComputeResource, value json.RawMessage) error {
		return decode(value, &r.Schedulable, "true or false")
	},
	"labels": func(r *schemas.ComputeResource, value json.RawMessage) error {
		return decode(value, &r.Labels, "an object of strings")
	},
	"addresses": readAddresses,
	"metrics":   readMetrics,
}

// available reads how much there is; less than nothing is nothing, and is told as a problem.
func available(part string, of func(*schemas.ComputeResource) **float64) field {
	return func(r *schemas.ComputeResource, value json.RawMessage) error {
		n, err := collect.Quantity(value, collect.Parts[part].Unit)
		if err != nil {
			return err
		}
		if *n < 0 {
			r.Problems = append(r.Problems, schemas.ResourceProblem{Field: part + "_available", Reason: string(value) + " is negative: there is none"})
			*n = 0
		}
		*of(r) = n
		return nil
	}
}

// used reads how much of something is in use.
func used(part string, of func(*schemas.ComputeResource) **float64) field {
	return func(r *schemas.ComputeResource, value json.RawMessage) (err error) {
		*of(r), err = amount(value, collect.Parts[part].Unit)
		return err
	}
}

func amount(value json.RawMessage, unit float64) (*float64, error) {
	n, err := collect.Quantity(value, unit)
	if err == nil && n != nil && *n < 0 {
		return nil, errors.New("is negative")
	}
	return n, err
}

func readInstances(r *schemas.ComputeResource, value json.RawMessage) error {
	n, err := amount(value, 1)
	if err != nil {
		return err
	}
	r.Instances, err = collect.Whole(n)
	return err
}

// amounts reads an object of amounts by class: disk, ram, vcpu and further ones, into a
// group of the record. One that is none costs itself.
func amounts(group string) field {
	return func(r *schemas.ComputeResource, value json.RawMessage) error {
		told, err := collect.Members(value)
		if err != nil {
			return err
		}
		for _, class := range slices.Sorted(maps.Keys(told)) {
			unit := 1.0
			if part, ok := collect.Parts[class]; ok && group != "allocation_ratio" {
				unit = part.Unit
			}
			n, err := amount(told[class].Value, unit)
			if told[class].Twice {
				err = errors.New("is there more than once")
			}
			if err != nil {
				reason := collect.Clip(string(told[class].Value)) + " " + err.Error()
				r.Problems = append(r.Problems, schemas.ResourceProblem{Field: group + "." + collect.Clip(class), Reason: reason})
				continue
			}
			collect.Groups[group].Put(r, class, n)
		}
		return nil
	}
}

func text(of func(*schemas.ComputeResource) **string) field {
	return func(r *schemas.ComputeResource, value json.RawMessage) error { return decode(value, of(r), "a string") }
}

// decode reads a value strictly; what says what it ought to be.
func decode[T any](value json.RawMessage, to *T, what string) error {
	var told T
	d := json.NewDecoder(bytes.NewReader(value))
	d.DisallowUnknownFields()
	if err := d.Decode(&told); err != nil {
		return errors.New("is not " + what)
	}
	*to = told
	return nil
}

func readState(r *schemas.ComputeResource, value json.RawMessage) error {
	var state string
	if err := decode(value, &state, "up or down"); err != nil {
		return err
	}
	if state != schemas.StateUp && state != schemas.StateDown {
		return errors.New("is not up or down")
	}
	r.State = &state
	return nil
}

// readAddresses reads the addresses; one that is none costs itself.
func readAddresses(r *schemas.ComputeResource, value json.RawMessage) error {
	var told []string
	if err := decode(value, &told, "a list of addresses"); err != nil {
		return err
	}
	r.Addresses = collect.Canonical(told, collect.Address, func(err error) {
		r.Problems = append(r.Problems, schemas.ResourceProblem{Field: "addresses", Reason: err.Error()})
	})
	return nil
}

// readMetrics reads measured values: numbers, or objects with unit, statistic and window.
func readMetrics(r *schemas.ComputeResource, value json.RawMessage) error {
	told, err := collect.Members(value)
	if err != nil {
		return err
	}
	metrics := map[string]schemas.Metric{}
	for name, m := range told {
		var metric struct {
			Value         *float64 `json:"value"`
			Unit          *string  `json:"unit"`
			Statistic     *string  `json:"statistic"`
			WindowSeconds *float64 `json:"window_seconds"`
		}
		if n, err := collect.Quantity(m.Value, 1); err == nil {
			metric.Value = n
		} else if err := decode(m.Value, &metric, "a metric"); err != nil || m.Twice {
			return fmt.Errorf("has %s, which is no number and no {value, unit, statistic, window_seconds}", collect.Clip(name))
		}
		if metric.Value != nil {
			metrics[name] = schemas.Metric{Value: *metric.Value, Unit: metric.Unit, Statistic: metric.Statistic, WindowSeconds: metric.WindowSeconds}
		}
	}
	r.Metrics = metrics
	return nil
}
