package stream

import (
	"fmt"
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/altostream/altostream/libs/service"
)

func TestExplain(t *testing.T) {
	principal := principalOf(service.Config{KafkaProperties: service.Properties{"sasl.username": "u"}})
	a := access{principal: principal, topics: "Write on topic t", group: "g", id: "i"}
	for code, want := range map[kafka.ErrorCode]string{
		kafka.ErrAuthentication:                     "sasl.password",
		kafka.ErrSsl:                                "ssl.ca.location",
		kafka.ErrTopicAuthorizationFailed:           "User:u needs the ACL Write on topic t,",
		kafka.ErrGroupAuthorizationFailed:           "User:u needs the ACL Read on group g,",
		kafka.ErrTransactionalIDAuthorizationFailed: "User:u needs the ACL Write on transactional-id i,",
		kafka.ErrTransport:                          "failed",
		kafka.ErrResolve:                            "the name is not known",
		kafka.ErrTimedOut:                           "transaction.state.log.replication.factor",
	} {
		got := explain(fmt.Errorf("it: %w", kafka.NewError(code, "failed", false)), a)
		if !strings.HasPrefix(got.Error(), "it: failed") || !strings.Contains(got.Error(), want) {
			t.Errorf("%v is explained by %q, want %q", code, got, want)
		}
	}
	if err := explain(nil, a); err != nil {
		t.Errorf("nothing is explained by %v", err)
	}
}
