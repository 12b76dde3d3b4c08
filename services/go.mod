module github.com/altostream/altostream/services

go 1.26.0

require (
	github.com/altostream/altostream/libs v0.0.0
	github.com/altostream/altostream/schemas v0.0.0
	github.com/confluentinc/confluent-kafka-go/v2 v2.14.0
	github.com/jwhited/corebgp v0.8.5
	github.com/osrg/gobgp/v3 v3.37.0
	github.com/twmb/franz-go v1.22.2
	github.com/twmb/franz-go/pkg/kfake v0.0.0-20260918054303-01f206a7e32c
	github.com/twmb/franz-go/pkg/sr v1.8.0
)

replace (
	github.com/altostream/altostream/libs => ../libs
	github.com/altostream/altostream/schemas => ../schemas
)
