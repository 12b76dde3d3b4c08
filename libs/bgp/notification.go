package bgp

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error codes (RFC 4271 §4.5, RFC 7313 §5) and those subcodes that this side sends.
const (
	headerError  = 1
	openError    = 2
	holdExpired  = 4
	stateError   = 5
	ceaseError   = 6
	refreshError = 7

	notSynchronized = 1
	badLength       = 2
	badType         = 3

	unsupportedVersion     = 1
	badPeerAS              = 2
	badIdentifier          = 3
	unsupportedParameter   = 4
	unacceptableHoldTime   = 6
	unsupportedCapability  = 7
	unexpectedInOpenSent   = 1 // RFC 6608 §3
	unexpectedInOpenConf   = 2
	unexpectedInSession    = 3
	ceaseHardReset         = 9 // RFC 8538 §3
	maxCommunicationLength = 255
)

// CeaseSubcode says why a session is ended (RFC 4486 §3).
type CeaseSubcode uint8

// Reasons to end a session.
const (
	MaximumPrefixes        CeaseSubcode = 1
	AdministrativeShutdown CeaseSubcode = 2
	PeerDeconfigured       CeaseSubcode = 3
	AdministrativeReset    CeaseSubcode = 4
	ConnectionRejected     CeaseSubcode = 5
	OtherConfigChange      CeaseSubcode = 6
	ConnectionCollision    CeaseSubcode = 7
	OutOfResources         CeaseSubcode = 8
)

// Notification is why a speaker ends a session (RFC 4271 §4.5).
type Notification struct {
	Code, Subcode uint8
	Data          []byte
}

var codeNames = map[uint8]string{
	1: "Message Header Error", 2: "OPEN Message Error", 3: "UPDATE Message Error", 4: "Hold Timer Expired",
	5: "Finite State Machine Error", 6: "Cease", 7: "ROUTE-REFRESH Message Error", 8: "Send Hold Timer Expired",
}

// subcodeNames is IANA's registry "BGP Error Subcodes".
var subcodeNames = map[[2]uint8]string{
	{1, 1}: "Connection Not Synchronized", {1, 2}: "Bad Message Length", {1, 3}: "Bad Message Type",
	{2, 1}: "Unsupported Version Number", {2, 2}: "Bad Peer AS", {2, 3}: "Bad BGP Identifier",
	{2, 4}: "Unsupported Optional Parameter", {2, 5}: "Authentication Failure", {2, 6}: "Unacceptable Hold Time",
	{2, 7}: "Unsupported Capability", {2, 11}: "Role Mismatch",
	{3, 1}: "Malformed Attribute List", {3, 2}: "Unrecognized Well-known Attribute",
	{3, 3}: "Missing Well-known Attribute", {3, 4}: "Attribute Flags Error", {3, 5}: "Attribute Length Error",
	{3, 6}: "Invalid ORIGIN Attribute", {3, 8}: "Invalid NEXT_HOP Attribute", {3, 9}: "Optional Attribute Error",
	{3, 10}: "Invalid Network Field", {3, 11}: "Malformed AS_PATH",
	{5, 1}: "Unexpected Message in OpenSent State", {5, 2}: "Unexpected Message in OpenConfirm State",
	{5, 3}: "Unexpected Message in Established State",
	{6, 1}: "Maximum Number of Prefixes Reached", {6, 2}: "Administrative Shutdown", {6, 3}: "Peer De-configured",
	{6, 4}: "Administrative Reset", {6, 5}: "Connection Rejected", {6, 6}: "Other Configuration Change",
	{6, 7}: "Connection Collision Resolution", {6, 8}: "Out of Resources", {6, 9}: "Hard Reset", {6, 10}: "BFD Down",
	{7, 1}: "Invalid Message Length",
}

// Error returns the notification in words: Cease / Administrative Shutdown: "why".
func (n *Notification) Error() string {
	text, known := codeNames[n.Code]
	if !known {
		text = "Error " + strconv.Itoa(int(n.Code))
	}
	if name, known := subcodeNames[[2]uint8{n.Code, n.Subcode}]; known {
		text += " / " + name
	} else if n.Subcode != 0 {
		text += " / subcode " + strconv.Itoa(int(n.Subcode))
	}
	return text + n.details()
}

// details tells what the data says, where it says something to people.
func (n *Notification) details() string {
	switch {
	case n.Code == ceaseError && n.Subcode == ceaseHardReset && len(n.Data) >= 2:
		return n.hardReset()
	case n.Code == ceaseError:
		return n.communication()
	case n.Code == openError && n.Subcode == unsupportedVersion && len(n.Data) >= 2:
		return fmt.Sprintf(": speaks version %d", int(n.Data[0])<<8|int(n.Data[1]))
	case n.Code == openError && n.Subcode == unsupportedCapability && len(n.Data) > 0:
		return fmt.Sprintf(": capability %d", n.Data[0])
	}
	return ""
}

// hardReset tells of the notification that a hard reset carries (RFC 8538 §3); GoBGP 3
// sends only what the operator wrote.
func (n *Notification) hardReset() string {
	inner := Notification{n.Data[0], n.Data[1], n.Data[2:]}
	switch {
	case codeNames[inner.Code] == "":
		return quoted(n.Data)
	case inner.Code == ceaseError && inner.Subcode == ceaseHardReset:
		return ""
	}
	return " (" + inner.Error() + ")"
}

// communication is what an operator wrote.
func (n *Notification) communication() string {
	if n.Subcode != uint8(AdministrativeShutdown) && n.Subcode != uint8(AdministrativeReset) {
		return ""
	}
	return quoted(n.Data)
}

// quoted is a length and as many octets of UTF-8 (RFC 9003 §2), as a quotation.
func quoted(b []byte) string {
	if len(b) == 0 || b[0] == 0 || len(b) < 1+int(b[0]) {
		return ""
	}
	return ": " + strconv.Quote(strings.ToValidUTF8(string(b[1:1+int(b[0])]), "?"))
}

// cease returns a NOTIFICATION that ends a session, with a text for the peer's
// operator, which is sent where there is room for it (RFC 9003 §2).
func cease(subcode CeaseSubcode, text string) *refusal {
	n := Notification{Code: ceaseError, Subcode: uint8(subcode)}
	if (subcode == AdministrativeShutdown || subcode == AdministrativeReset) && text != "" {
		sent := cut(text, maxCommunicationLength)
		n.Data = append([]byte{byte(len(sent))}, sent...)
		text = "" // it is in the notification
	}
	return &refusal{n, text}
}

// cut returns the first octets of a text, at most limit, without half a character.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// message returns the NOTIFICATION message.
func (n *Notification) message() []byte {
	return short(typeNotification, append([]byte{n.Code, n.Subcode}, n.Data...)...)
}

// ParseNotification reads the body of a NOTIFICATION message (RFC 4271 §4.5).
func ParseNotification(body []byte) (*Notification, error) {
	if len(body) < minSize[typeNotification] {
		return nil, fmt.Errorf("NOTIFICATION of %d octets", len(body))
	}
	return parseNotification(body), nil
}

// parseNotification reads a body of which minSize is there.
func parseNotification(body []byte) *Notification {
	return &Notification{body[0], body[1], append([]byte(nil), body[2:]...)}
}

// received is the end of a session by the peer.
func received(n *Notification) error { return fmt.Errorf("peer sent: %w", n) }

// err is the end of a session by this side.
func (r *refusal) err() error {
	if r.detail == "" {
		return fmt.Errorf("we sent: %w", &r.Notification)
	}
	return fmt.Errorf("we sent: %w: %s", &r.Notification, r.detail)
}
