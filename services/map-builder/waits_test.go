package mapbuilder

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/libs/stream"
	"github.com/altostream/altostream/libs/ted"
	"github.com/altostream/altostream/schemas"
	"github.com/altostream/altostream/services/internal/growth"
)

// TestWaitForSpeakers tells, in virtual time, which speakers the first map of a topology waits for, until
// they have told their tables, the time is over, or another instance sees to it.
func TestWaitForSpeakers(t *testing.T) {
	since, reason := time.Unix(1790000000, 0), "connection refused"
	lost := peerTold("bgp:192.0.2.8", schemas.PeerIdle)
	lost.Record.Peer.Since, lost.Record.Peer.Reason = &since, &reason
	for name, end := range map[string][]Event{
		"told":         {peerTold("bgp:192.0.2.8", schemas.PeerSynced)},
		"over":         checks("net", growth.Looks),
		"another's":    {StoodBy{}},
		"objects gone": {Told{Key: nodeTold("bgp:192.0.2.7", "01010101").Key}},
		"unconfigured": {Told{Key: lost.Key}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				rt, err := service.NewRuntime("map-builder", slog.New(slog.NewTextHandler(&log, nil)), prometheus.NewRegistry(), sdktrace.NewTracerProvider().Tracer("test"))
				if err != nil {
					t.Fatal(err)
				}
				rt.Ready(true)
				spec, err := watched(Spec(ted.Unique, nil, ted.Options{}, syncTimeout, limits, nil, nil), syncTimeout, rt)
				if err != nil {
					t.Fatal(err)
				}
				machine := stream.NewMachine(spec)
				tell := func(events ...Event) {
					for _, e := range events {
						machine.Apply(e, stream.Cause{})
					}
					machine.Flush()
				}
				pass := func(d time.Duration) {
					time.Sleep(d)
					synctest.Wait()
				}
				tell(lost, peerTold("bgp:192.0.2.7", schemas.PeerSynced))
				pass(time.Minute)
				if log.Len() > 0 || !rt.IsReady() {
					t.Errorf("without anything to make a map of, ready %t: %s", rt.IsReady(), log.String())
				}
				tell(nodeTold("bgp:192.0.2.7", "01010101"))
				pass(20 * time.Second)
				for _, want := range []string{"msg=waiting", "for=speakers", "topology net, 30s (SYNC_TIMEOUT), or longer while its table grows", "bgp:192.0.2.8 idle since 2026-09-21T14:13:20Z (connection refused)"} {
					if !strings.Contains(log.String(), want) {
						t.Errorf("the log does not say %q: %s", want, log.String())
					}
				}
				if n := strings.Count(log.String(), "msg=waiting"); n != 2 || strings.Contains(log.String(), "192.0.2.7") || rt.IsReady() {
					t.Errorf("ready %t, %d lines: %s", rt.IsReady(), n, log.String())
				}
				tell(end...)
				if !strings.Contains(log.String(), "no longer waiting") || !rt.IsReady() {
					t.Errorf("after the end, ready %t: %s", rt.IsReady(), log.String())
				}
				said := log.Len()
				pass(time.Hour)
				if log.Len() > said {
					t.Errorf("after the end: %s", log.String()[said:])
				}
			})
		})
	}
}
