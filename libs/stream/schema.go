package stream

import (
	"context"
	"slices"

	"github.com/altostream/altostream/libs/avro"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

// prepareSchema waits, as long as ctx lives, until the registry has taken the schema of a
// table, and says so if its latest schema is another one.
func prepareSchema[V any](ctx context.Context, rt *service.Runtime, table Table[V]) error {
	log := rt.Log
	if err := retry(ctx, rt, "registry", "schema registry (SCHEMA_REGISTRY_URL)", func(*service.Wait) error { return table.Serde.Register() }); err != nil {
		return err
	}
	subject, err := table.Serde.Subject()
	if err != nil {
		log.Warn("the schemas in the registry are not compared with this program's", "topic", table.Topic, "error", err)
		return nil
	}
	if subject.Own == subject.LatestVersion() {
		return nil
	}
	log = log.With("topic", table.Topic, "latest_version", subject.LatestVersion(), "own_version", subject.Own)
	if slices.ContainsFunc(schemas.Released(table.Topic), func(text string) bool { return avro.Same(text, subject.Latest) }) {
		log.Info("the registry's latest schema is of an earlier release")
	} else {
		log.Warn("the registry's latest schema is not of this release or an earlier one: right while a newer one is rolled out, else somebody else has written it (altoctl schemas)")
	}
	return nil
}
