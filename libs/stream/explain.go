package stream

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// access is who a client is for the brokers and what it needs ACLs for.
type access struct {
	principal string
	topics    string // "Read on topic a"
	group     string
	id        string // of transactions
}

// principalOf names who the clients of a configuration are for the brokers.
func principalOf(c service.Config) string {
	if user := c.KafkaProperties["sasl.username"]; user != "" {
		return "User:" + user
	}
	return "the service's principal"
}

// explain adds to an error what there is to do about it, if brokers do not let a client in,
// or do not allow it something.
func explain(err error, a access) error {
	var ke kafka.Error
	if !errors.As(err, &ke) {
		return err
	}
	switch ke.Code() {
	case kafka.ErrTimedOut:
		if a.id != "" { // the client says no more
			return remedied{err, "if the brokers answer otherwise, they cannot keep transactions, and their log says why: a cluster of fewer than three brokers needs transaction.state.log.replication.factor and transaction.state.log.min.isr lowered"}
		}
	case kafka.ErrTopicAuthorizationFailed:
		return needs(err, a, a.topics)
	case kafka.ErrGroupAuthorizationFailed:
		return needs(err, a, "Read on group "+a.group)
	case kafka.ErrTransactionalIDAuthorizationFailed:
		return needs(err, a, "Write on transactional-id "+a.id)
	default:
		if what := remedy(ke); what != "" {
			return remedied{err, what}
		}
	}
	return err
}

// remedied is an error of a connection and what to do about it.
type remedied struct {
	err  error
	what string
}

func (r remedied) Error() string { return timing.ReplaceAllString(r.err.Error(), "") + "; " + r.what }
func (r remedied) Unwrap() error { return r.err }

// timing is what librdkafka adds about itself.
var timing = regexp.MustCompile(` \(after \d+ms in state .*\)$`)

// remedy is what to do about an error of a connection, "" if that is not known.
func remedy(e kafka.Error) string {
	for _, r := range remedies {
		if r.said != nil && r.said.MatchString(e.Error()) || slices.Contains(r.codes, e.Code()) {
			return r.what
		}
	}
	return ""
}

// remedies are what to do about what librdkafka says of a connection, the first that applies. For most
// it has only texts.
var remedies = []struct {
	said  *regexp.Regexp
	codes []kafka.ErrorCode
	what  string
}{
	{said: regexp.MustCompile(`Connection refused`), what: "nothing listens there: check address and port, and that the broker runs"},
	{said: regexp.MustCompile(`Invalid response size`), what: "what answers there is no Kafka broker: check the port"},
	{said: regexp.MustCompile(`incorrect security\.protocol|APIVERSION_QUERY`), what: speaksTLS},
	{said: regexp.MustCompile(`wrong version number|packet length too long|Disconnected.*SSL_HANDSHAKE`), what: "the port speaks no TLS (security.protocol in KAFKA_PROPERTIES), or is no Kafka broker's"},
	{said: regexp.MustCompile(`certificate verify failed`), what: "check ssl.ca.location in KAFKA_PROPERTIES, and that the brokers' certificates have not expired"},
	{codes: []kafka.ErrorCode{kafka.ErrResolve}, what: "the name is not known: check it in KAFKA_BOOTSTRAP_SERVERS, or the brokers' advertised.listeners, and DNS"},
	{codes: []kafka.ErrorCode{kafka.ErrAuthentication, kafka.ErrSaslAuthenticationFailed, kafka.ErrUnsupportedSaslMechanism}, what: "check sasl.username, sasl.password and sasl.mechanisms in KAFKA_PROPERTIES, and the brokers' users"},
	{codes: []kafka.ErrorCode{kafka.ErrSsl}, what: "check ssl.ca.location and security.protocol in KAFKA_PROPERTIES, and that the brokers' certificates have not expired"},
	{codes: []kafka.ErrorCode{kafka.ErrAllBrokersDown}, what: endsAtOnce}, // the client says no more if it could connect
}

const (
	speaksTLS = "the port speaks TLS (security.protocol=SSL in KAFKA_PROPERTIES), or is no Kafka broker's"
	// endsAtOnce is about connections that are made and end, or on which nothing comes: librdkafka says nothing of them.
	endsAtOnce = "if something is there, " + speaksTLS
)

func needs(err error, a access, acl string) error {
	return fmt.Errorf("%w; %s needs the ACL %s, see deploy/acls.txt", err, a.principal, acl)
}

// tellsWhy reports whether an error is about a connection to a broker.
func tellsWhy(e kafka.Error) bool {
	switch e.Code() {
	case kafka.ErrAuthentication, kafka.ErrSsl, kafka.ErrTransport, kafka.ErrResolve, kafka.ErrBadMsg:
		return true
	}
	return false
}

// denied reports whether an ACL is missing.
func denied(err error) bool {
	var ke kafka.Error
	if !errors.As(err, &ke) {
		return false
	}
	switch ke.Code() {
	case kafka.ErrTopicAuthorizationFailed, kafka.ErrGroupAuthorizationFailed, kafka.ErrTransactionalIDAuthorizationFailed:
		return true
	}
	return false
}
