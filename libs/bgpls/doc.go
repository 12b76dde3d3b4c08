// Package bgpls is the BGP-LS codec (RFC 9552 and its extensions RFC 8571, 9085
// and 9086): the body of a BGP UPDATE becomes plain values, and plain values
// become an UPDATE again.
//
//	UPDATE body ──DecodeUpdate──▶ Update{Reach, Unreach []NLRI, Attributes} ──EncodeUpdate──▶ UPDATE body
//	                                            │
//	                                            └─ NLRI.Key: the text that identifies the object
//
// Nothing that a router sent is lost: a TLV that is not decoded is kept as bytes,
// so is an NLRI of a type that is not decoded. What a router did not say is nil
// (an invalid address, a nil pointer, a nil slice) and never zero.
//
// An error costs at most the object that carries it (RFC 9552 §8.2.2): a malformed
// NLRI is left out and its neighbors stay, a malformed TLV of the attribute is kept
// as bytes, and a malformed attribute leaves the NLRIs without one.
//
// The package is pure. Decoded values share no memory with the input.
package bgpls
