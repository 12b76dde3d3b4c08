package stream

import (
	"errors"
	"fmt"
	"sync/atomic"

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

func needs(c service.Config, err error, acl string) error {
	principal := "the service's principal"
	if user := c.KafkaProperties["sasl.username"]; user != "" {
		principal = "User:" + user
	}
	return fmt.Errorf("%w; %s needs the ACL %s, see deploy/acls.txt", err, principal, acl)
}

// reason is why a client last lost its brokers, or never had them: a call of the client only
// says that time was up.
type reason struct{ last atomic.Pointer[kafka.Error] }

// watch takes the events of a producer until it is closed.
func (r *reason) watch(events <-chan kafka.Event) {
	for e := range events {
		if e, ok := e.(kafka.Error); ok {
			r.note(e)
		}
	}
}

func (r *reason) note(e kafka.Error) {
	switch e.Code() {
	case kafka.ErrAuthentication, kafka.ErrSsl, kafka.ErrTransport, kafka.ErrResolve:
		r.last.Store(&e)
	}
}

// of returns the reason in the place of an error that has none but this code.
func (r *reason) of(err error, code kafka.ErrorCode) error {
	var ke kafka.Error
	if last := r.last.Load(); last != nil && errors.As(err, &ke) && ke.Code() == code {
		return *last
	}
	return err
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
