package broker

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"github.com/altostream/altostream/libs/service"
)

// registryServer is the schema registry on its address.
type registryServer struct {
	address string
	server  *http.Server
	running sync.WaitGroup
}

func startRegistry(address, journalPath string) (*registryServer, error) {
	handler := srfake.NewRegistry(srfake.WithGlobalCompat(sr.CompatFullTransitive)).Handler()
	if journalPath != "" {
		journal, err := openJournal(journalPath, handler)
		if err != nil {
			return nil, err
		}
		handler = journal
	}
	listener, err := service.Listen(address, "LAB_REGISTRY_LISTEN")
	if err != nil {
		return nil, err
	}
	r := &registryServer{
		address: listener.Addr().String(),
		server:  &http.Server{Handler: withNative(handler), ReadHeaderTimeout: 5 * time.Second},
	}
	r.running.Go(func() { _ = r.server.Serve(listener) })
	return r, nil
}

// close lets running requests finish.
func (r *registryServer) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if r.server.Shutdown(ctx) != nil {
		r.server.Close()
	}
	r.running.Wait()
}
