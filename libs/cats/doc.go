// Package cats makes the scores of computing-aware traffic steering
// (draft-ietf-cats-metric-definition): of what is free of each resource class and of
// service metrics (level 0) one score for each category (level 1), and of these one score
// (level 2). A score is a whole number from 0 to 10, 10 best; the draft calls 0 to 3 low
// capability, 4 to 7 medium, 8 to 10 high.
//
// The names are those of the draft's text of March 2026. Its category composed, whose making it leaves
// to the implementation, is not made: level 2 is what all categories come to.
//
// How a score is made is a value, schemas.CATSMethod, that stands in the record beside
// it: who reads a score can make it again from the metrics of level 0.
//
//	cats.go    metrics, aggregation, normalization
//	method.go  the method as text
package cats
