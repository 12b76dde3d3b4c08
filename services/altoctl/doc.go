// Package altoctl shows people what is on the topics: maps, endpoints, compute
// resources, the raw topology, and the topics themselves; and sets up topics and schemas.
//
//	command.go  commands, flags and exit statuses
//	show.go     what is shown of a table: text, or JSON documents, and its changes
//	render.go   a record as text for people
//	diff.go     what changed from one map to the next
//	peers.go    altoctl peers
//	rank.go     altoctl rank
//	topics.go   altoctl topics
//	ready.go    altoctl ready, a health check
//	lab.go      altoctl lab: links of the lab
//
//	topicfile.go   deploy/topics.yaml
//	topicplan.go   how a cluster's topics differ from it
//	topicapply.go  altoctl topics plan, altoctl topics apply
//	schemas.go     altoctl schemas, altoctl schemas apply
package altoctl
