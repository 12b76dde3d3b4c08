module example.com/costmap

go 1.24.3

require (
	github.com/confluentinc/confluent-kafka-go/v2 v2.14.0
	github.com/linkedin/goavro/v2 v2.15.0
)

require github.com/golang/snappy v0.0.1 // indirect
