package broker

import (
	"encoding/json"
	"io"
	"net/http"
)

// withNative has a registry answer what Apicurio's deserializers ask theirs, so that a
// consumer with one can be tried in the lab: a schema by its id, and what it refers to.
func withNative(registry http.Handler) http.Handler {
	const schema = "GET /apis/registry/v2/ids/contentIds/{id}"
	mux := http.NewServeMux()
	mux.Handle("/", registry)
	mux.HandleFunc(schema, func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = "/schemas/ids/" + r.PathValue("id")
		found := &response{header: http.Header{}, status: http.StatusOK}
		registry.ServeHTTP(found, r)
		var content struct {
			Schema string `json:"schema"`
		}
		if !found.ok() || json.Unmarshal(found.body.Bytes(), &content) != nil {
			found.writeTo(w)
			return
		}
		writeJSON(w, content.Schema)
	})
	mux.HandleFunc(schema+"/references", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, "[]") })
	return mux
}

func writeJSON(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, text)
}
