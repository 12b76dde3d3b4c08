package stream

import (
	"strconv"
	"time"

	"github.com/altostream/altostream/libs/service"
)

const (
	// transactionTime is how long a transaction may stay open before the brokers end it: what comes
	// after it in its partition is not seen meanwhile.
	transactionTime = 10 * time.Second
	// queueKiB is how much the client keeps of what brokers have not taken.
	queueKiB = 64 << 10
	// standardRecordBytes is librdkafka's own limit.
	standardRecordBytes = 1_000_000
)

// limits are the sizes of records that the client takes, and how long brokers let a transaction be open.
type limits struct {
	recordBytes     int // a batch of records
	queueBytes      int // all that is under way
	transactionTime time.Duration
}

// RecordBytes is the size of the largest record that the client takes.
func RecordBytes(p service.Properties) int { return limitsOf(p).recordBytes }

func limitsOf(p service.Properties) limits {
	return limits{
		recordBytes:     number(p, "message.max.bytes", standardRecordBytes),
		queueBytes:      number(p, "queue.buffering.max.kbytes", queueKiB) << 10,
		transactionTime: time.Duration(number(p, "transaction.timeout.ms", int(transactionTime.Milliseconds()))) * time.Millisecond,
	}
}

// number is the value of a client's setting; what is no number the client itself refuses.
func number(p service.Properties, key string, standard int) int {
	if n, err := strconv.Atoi(p[key]); err == nil {
		return n
	}
	return standard
}
