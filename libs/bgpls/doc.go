// Package bgpls is the BGP-LS codec (RFC 9552 and its extensions, listed in
// docs/bgp-ls.md): the body of a BGP UPDATE becomes plain values, and plain values
// become an UPDATE again.
//
//	UPDATE body ──DecodeUpdate──▶ Update{Reach, Unreach []NLRI, Attributes} ──EncodeUpdate──▶ UPDATE body
//	                                            │
//	                                            └─ NLRI.Key: the text that identifies the object
//
// Nothing that a router sent is lost: a TLV that is not decoded is kept as bytes,
// so is an NLRI of a type that is not decoded. What a router did not say is nil
// (an invalid address, a nil pointer, a nil slice) and never zero. Reserved bits are
// not kept.
//
// An error costs at most the object that carries it (RFC 9552 §8.2.2): a malformed
// NLRI is left out and its neighbors stay, an incomplete one is kept as bytes, a
// malformed TLV of the attribute is kept as bytes, and a malformed attribute leaves the
// NLRIs without one. Where lengths do not add up, nothing of the path attribute is
// believed. What is wrong and harmless is no error; Update.Oddities counts it.
//
// The package is pure. Decoded values share no memory with the input. They live in
// slabs with other decoded values: DecodeUpdate never uses a place twice, a Decoder
// uses its slabs again for each UPDATE and so decodes without allocation.
package bgpls
