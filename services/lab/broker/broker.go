package broker

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

// Config says where the servers listen and where they keep their data.
type Config struct {
	KafkaListen    string // host:port; port 0 is any free port
	RegistryListen string // host:port; port 0 is any free port
	DataDir        string // empty: in memory
	Partitions     int    // of topics that do not exist yet; 0 is 1
	Log            *slog.Logger
}

// Broker is a running broker and registry.
type Broker struct {
	cluster  *kfake.Cluster
	registry *registryServer
	kafka    string
	lock     *os.File // nil in memory
	stop     chan struct{}
	running  sync.WaitGroup
	once     sync.Once
}

// Start starts the broker with the five topics, compacted, and the registry. An
// address that cannot be listened on is a *service.ConfigError.
func Start(cfg Config) (*Broker, error) {
	if cfg.Partitions == 0 {
		cfg.Partitions = 1
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	b := &Broker{stop: make(chan struct{})}
	if err := b.start(cfg); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Broker) start(cfg Config) (err error) {
	var kafkaDir, journal string
	if cfg.DataDir != "" {
		if b.lock, err = lock(cfg.DataDir); err != nil {
			return err
		}
		kafkaDir = filepath.Join(cfg.DataDir, "kafka")
		journal = filepath.Join(cfg.DataDir, "registry.json")
	}
	if b.registry, err = startRegistry(cfg.RegistryListen, journal); err != nil {
		return err
	}
	if err := repair(kafkaDir); err != nil {
		return err
	}
	listener, err := service.Listen(cfg.KafkaListen, "LAB_KAFKA_LISTEN")
	if err != nil {
		return err
	}
	guard := &guard{Listener: listener}
	b.kafka = guard.Addr().String()
	if b.cluster, err = kfake.NewCluster(clusterOptions(cfg, kafkaDir, guard)...); err != nil {
		listener.Close()
		return fmt.Errorf("start the broker on the data in %q: %w", kafkaDir, err)
	}
	if err := createTopics(b.cluster, cfg.Partitions); err != nil {
		return err
	}
	compactor := &compactor{cluster: b.cluster, dir: kafkaDir, log: cfg.Log}
	b.running.Go(func() { compactor.run(b.stop, &guard.produced) })
	return nil
}

func clusterOptions(cfg Config, dir string, listener net.Listener) []kfake.Opt {
	options := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.ListenFn(func(_, _ string) (net.Listener, error) { return listener, nil }),
		kfake.DefaultNumPartitions(cfg.Partitions),
		kfake.ClusterID("altostream-lab"),
		kfake.WithLogger(logger{cfg.Log}),
		kfake.BrokerConfigs(map[string]string{
			// kfake applies retention to compacted topics too: a table would lose
			// what did not change for a week.
			"log.retention.ms": "-1",
			// Compaction is the compactor's; this is ten years.
			"log.cleaner.backoff.ms": "315360000000",
		}),
	}
	if dir != "" {
		options = append(options, kfake.DataDir(dir))
	}
	return options
}

func createTopics(cluster *kfake.Cluster, partitions int) error {
	for _, topic := range schemas.Topics {
		err := cluster.CreateTopic(topic, int32(partitions), map[string]string{"cleanup.policy": "compact"})
		if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			return fmt.Errorf("create topic %s: %w", topic, err)
		}
	}
	return nil
}

// KafkaAddress returns the host:port for clients of the broker.
func (b *Broker) KafkaAddress() string { return b.kafka }

// RegistryURL returns the URL for clients of the registry.
func (b *Broker) RegistryURL() string { return "http://" + b.registry.address }

// Close ends both servers and writes what is not on disk yet.
func (b *Broker) Close() {
	b.once.Do(func() {
		close(b.stop)
		b.running.Wait()
		if b.cluster != nil {
			b.cluster.Close()
		}
		if b.registry != nil {
			b.registry.close()
		}
		if b.lock != nil {
			b.lock.Close()
		}
	})
}

// logger passes kfake's log on.
type logger struct{ log *slog.Logger }

func (l logger) Logf(level kfake.LogLevel, format string, args ...any) {
	switch level {
	case kfake.LogLevelError:
		l.log.Error("kfake: " + fmt.Sprintf(format, args...))
	case kfake.LogLevelWarn:
		l.log.Warn("kfake: " + fmt.Sprintf(format, args...))
	}
}
