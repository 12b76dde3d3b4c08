package bgp

import (
	"encoding/binary"
	"errors"
	"time"
)

// Family is an address family (RFC 4760).
type Family struct {
	AFI  uint16
	SAFI uint8
}

// LinkState is BGP-LS (RFC 9552 §5).
var LinkState = Family{AFI: 16388, SAFI: 71}

// Capability codes.
const (
	capMultiprotocol   = 1  // RFC 4760 §8
	capRouteRefresh    = 2  // RFC 2918 §2
	capExtendedMessage = 6  // RFC 8654 §3
	capGracefulRestart = 64 // RFC 4724 §3
	capFourOctetAS     = 65 // RFC 6793 §3
	capAddPath         = 69 // RFC 7911 §4
	capEnhancedRefresh = 70 // RFC 7313 §3.1
	capLongLivedGR     = 71 // RFC 9494 §3.1
)

// Flags of the graceful restart capability.
const (
	flagRestarting   = 0x8 // R: the speaker has restarted (RFC 4724 §3)
	flagNotification = 0x4 // N: a NOTIFICATION does not end graceful restart (RFC 8538 §2)
)

// capabilities is what the capabilities of an OPEN say.
type capabilities struct {
	families        []Family
	fourOctetAS     uint32 // 0 = not there
	routeRefresh    bool
	enhancedRefresh bool
	extendedMessage bool
	gracefulRestart bool
	restarting      bool
	survivesNotice  bool                     // N: a NOTIFICATION does not end graceful restart
	restart         map[Family]time.Duration // restart time of families that survive it
	stale           map[Family]time.Duration // long-lived stale time
	addPath         map[Family]uint8         // 1: takes path identifiers, 2: sends them
}

var errCapability = errors.New("a capability is cut short")

// read reads the value of a capabilities parameter (RFC 5492 §4). Unknown
// capabilities are passed over.
func (c *capabilities) read(b []byte) error {
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return errCapability
		}
		if err := c.one(b[0], b[2:2+int(b[1])]); err != nil {
			return err
		}
		b = b[2+int(b[1]):]
	}
	return nil
}

func (c *capabilities) one(code uint8, value []byte) error {
	switch code {
	case capMultiprotocol:
		if len(value) < 4 {
			return errCapability
		}
		c.families = append(c.families, family(value[0:2], value[3]))
	case capFourOctetAS:
		if len(value) < 4 {
			return errCapability
		}
		c.fourOctetAS = binary.BigEndian.Uint32(value)
	case capRouteRefresh:
		c.routeRefresh = true
	case capEnhancedRefresh:
		c.enhancedRefresh = true
	case capExtendedMessage:
		c.extendedMessage = true
	case capGracefulRestart:
		return c.readGracefulRestart(value)
	case capLongLivedGR:
		c.readLongLived(value)
	case capAddPath:
		c.readAddPath(value)
	}
	return nil
}

func family(afi []byte, safi uint8) Family {
	return Family{AFI: binary.BigEndian.Uint16(afi), SAFI: safi}
}

// readGracefulRestart reads 4 flag bits, 12 bits of seconds, and AFI, SAFI and flags of
// each family (RFC 4724 §3). Of several such capabilities the last counts.
func (c *capabilities) readGracefulRestart(value []byte) error {
	if len(value) < 2 {
		return errCapability
	}
	word := binary.BigEndian.Uint16(value)
	c.gracefulRestart = true
	c.restarting, c.survivesNotice = word>>12&flagRestarting != 0, word>>12&flagNotification != 0
	c.restart = map[Family]time.Duration{}
	for b := value[2:]; len(b) >= 4; b = b[4:] {
		c.restart[family(b[0:2], b[2])] = time.Duration(word&0x0fff) * time.Second
	}
	return nil
}

// readLongLived reads AFI, SAFI, flags and 24 bits of seconds of each family (RFC 9494
// §3.1).
func (c *capabilities) readLongLived(value []byte) {
	c.stale = map[Family]time.Duration{}
	for b := value; len(b) >= 7; b = b[7:] {
		seconds := uint32(b[4])<<16 | uint32(b[5])<<8 | uint32(b[6])
		c.stale[family(b[0:2], b[2])] = time.Duration(seconds) * time.Second
	}
}

// readAddPath reads AFI, SAFI and mode of each family (RFC 7911 §4).
func (c *capabilities) readAddPath(value []byte) {
	c.addPath = map[Family]uint8{}
	for b := value; len(b) >= 4; b = b[4:] {
		c.addPath[family(b[0:2], b[2])] = b[3]
	}
}

// keepFor is how long the speaker asks for its routes of a family to outlive a session:
// the restart time and then the long-lived stale time. Long-lived graceful restart
// without graceful restart does not count (RFC 9494 §4.1).
func (c *capabilities) keepFor(f Family) time.Duration {
	if !c.gracefulRestart {
		return 0
	}
	return c.restart[f] + c.stale[f]
}

// appendCapability appends code, length and value.
func appendCapability(b []byte, code uint8, value ...byte) []byte {
	return append(append(b, code, byte(len(value))), value...)
}

// ourCapabilities is what this side offers. Graceful restart and its long-lived kin
// name no family: this side has no routes to keep, but keeps those of the peer. plain
// leaves out what a session does not need, for peers that refuse what they do not know.
func ourCapabilities(asn uint32, families []Family, plain bool) []byte {
	var b []byte
	for _, f := range families {
		b = appendCapability(b, capMultiprotocol, byte(f.AFI>>8), byte(f.AFI), 0, f.SAFI)
	}
	b = appendCapability(b, capFourOctetAS, binary.BigEndian.AppendUint32(nil, asn)...)
	if plain {
		return b
	}
	b = appendCapability(b, capRouteRefresh)
	b = appendCapability(b, capEnhancedRefresh)
	b = appendCapability(b, capExtendedMessage)
	b = appendCapability(b, capGracefulRestart, flagNotification<<4, 0)
	return appendCapability(b, capLongLivedGR)
}
