package bgpingest

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"github.com/altostream/altostream/libs/bgp"
)

// refreshPath is where an operator asks for a table again.
const refreshPath = "/peers/refresh"

// refresher asks peers to tell their whole tables again (RFC 2918).
type refresher struct {
	speaker interface {
		Refresh(netip.Addr) error
		Sessions() []bgp.Session
	}
	log *slog.Logger
}

// page answers POST /peers/refresh?peer=<address>, without peer for all sessions.
func (r *refresher) page(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "use POST "+refreshPath+"?peer=<address>, or without peer for all", http.StatusMethodNotAllowed)
		return
	}
	peers, err := r.peers(request.URL.Query().Get("peer"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var asked []string
	for _, peer := range peers {
		failure := r.speaker.Refresh(peer)
		if failure == nil {
			r.log.Info("route refresh asked for", "source", bgpSource(peer))
			asked = append(asked, peer.String())
		}
		err = errors.Join(err, failure)
	}
	if len(asked) == 0 {
		http.Error(w, fmt.Sprint(errors.Join(err, errors.New("no peer was asked for its table"))), http.StatusConflict)
		return
	}
	fmt.Fprintln(w, "asked for the table again:", strings.Join(asked, " "))
	if err != nil {
		fmt.Fprintln(w, err)
	}
}

// peers are the peer of an address, or those that have a session.
func (r *refresher) peers(text string) ([]netip.Addr, error) {
	if text != "" {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return nil, fmt.Errorf("peer %q is not an address", text)
		}
		return []netip.Addr{addr}, nil
	}
	var peers []netip.Addr
	for _, session := range r.speaker.Sessions() {
		peers = append(peers, session.Peer)
	}
	return peers, nil
}
