package stream

import (
	"errors"
	"fmt"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

// access is what a client needs ACLs for.
type access struct {
	topics string // "Read on topic a"
	group  string
	id     string // of transactions
}

// explain adds to an error what there is to do about it, if brokers do not let a client in,
// or do not allow it something.
func explain(c service.Config, err error, a access) error {
	var ke kafka.Error
	if !errors.As(err, &ke) {
		return err
	}
	switch ke.Code() {
	case kafka.ErrResolve:
		return fmt.Errorf("%w; the name is not known: check it in KAFKA_BOOTSTRAP_SERVERS, or the brokers' advertised.listeners, and DNS", err)
	case kafka.ErrTransport, kafka.ErrBadMsg:
		return explainTransport(err)
	case kafka.ErrAllBrokersDown: // the client says no more if it could connect
		return fmt.Errorf("%w; if connections are made and end at once, what listens there speaks otherwise: check the port, and security.protocol in KAFKA_PROPERTIES", err)
	case kafka.ErrTimedOut:
		if a.id != "" { // the client says no more
			return fmt.Errorf("%w; if the brokers answer otherwise, they cannot keep transactions, and their log says why: a cluster of fewer than three brokers needs transaction.state.log.replication.factor and transaction.state.log.min.isr lowered", err)
		}
	case kafka.ErrAuthentication, kafka.ErrSaslAuthenticationFailed, kafka.ErrUnsupportedSaslMechanism:
		return fmt.Errorf("%w; check sasl.username, sasl.password and sasl.mechanisms in KAFKA_PROPERTIES, and the brokers' users", err)
	case kafka.ErrSsl:
		return fmt.Errorf("%w; check ssl.ca.location and security.protocol in KAFKA_PROPERTIES, and that the brokers' certificates have not expired", err)
	case kafka.ErrTopicAuthorizationFailed:
		return needs(c, err, a.topics)
	case kafka.ErrGroupAuthorizationFailed:
		return needs(c, err, "Read on group "+a.group)
	case kafka.ErrTransactionalIDAuthorizationFailed:
		return needs(c, err, "Write on transactional-id "+a.id)
	}
	return err
}

// explainTransport tells apart why there is no connection. The client has only texts for it.
func explainTransport(err error) error {
	switch text := err.Error(); {
	case strings.Contains(text, "Connection refused"):
		return fmt.Errorf("%w; nothing listens there: check address and port, and that the broker runs", err)
	case strings.Contains(text, "incorrect security.protocol"), strings.Contains(text, "APIVERSION_QUERY"):
		return fmt.Errorf("%w; what listens there speaks otherwise: check the port, and security.protocol in KAFKA_PROPERTIES", err)
	}
	return err
}

func needs(c service.Config, err error, acl string) error {
	principal := "the service's principal"
	if user := c.KafkaProperties["sasl.username"]; user != "" {
		principal = "User:" + user
	}
	return fmt.Errorf("%w; %s needs the ACL %s, see deploy/acls.txt", err, principal, acl)
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
