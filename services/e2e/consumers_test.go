package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/altostream/altostream/libs/alto"
	"github.com/altostream/altostream/libs/service"
	"github.com/altostream/altostream/schemas"
)

const (
	repository    = "../.."
	consumersPage = repository + "/docs/consumers.md"
	consumers     = repository + "/docs/consumers"

	installPatience = 5 * patience // for what may have to be downloaded
)

// readers are the sections of the page on consumers whose commands are run.
var readers = []struct {
	section, dir string
	check        string // succeeds if the tools are there
	packages     string // Debian's, that have them
}{
	{"kcat", "", "command -v kcat", "kcat"},
	{"Python", "python", "python3 -c 'import ensurepip, venv'", "python3-venv"},
	{"Java", "java", "command -v mvn && command -v javac", "maven openjdk-17-jdk-headless"},
	{"Go", "go", "command -v go && command -v gcc", "gcc"},
}

// TestConsumers runs the commands of docs/consumers.md as a person would. Each program has the
// seed's maps, nothing of a publication that was given up, and the new costs when a link
// fails; and each prints all that the topics hold.
func TestConsumers(t *testing.T) {
	t.Parallel()
	if !onKafka() {
		t.Skipf("for Apache Kafka; set %s=1", kafkaVariable)
	}
	missing := map[string]string{} // packages, by section
	for _, r := range readers {
		if exec.Command("sh", "-c", r.check).Run() != nil {
			missing[r.section] = r.packages
		}
	}
	if len(missing) > 0 && os.Getenv("CI") != "" {
		t.Fatalf("tools are missing: apt install %s", strings.Join(slices.Sorted(maps.Values(missing)), " "))
	}
	c := newChain(t, 1)
	c.start()
	c.costsAre(routingID, allLinks)
	c.networkMapIs(seedNetworkMap())
	c.quiet(t)
	giveUp(t, c.clients, schemas.CostMapsTopic, routingID)

	followers := map[string]*process{} // by folder
	for _, r := range readers {
		if missing[r.section] != "" {
			continue
		}
		p := c.shell(repository, commands(t, r.section, 0))
		if r.dir == "" {
			p.line(`^0 ` + routingID + ` observed-at=\d+,`)
		} else {
			followers[r.dir] = p
		}
	}
	for _, p := range followers {
		awaitFor(t, installPatience, func() error { return c.shown(p, allLinks) })
	}
	if err := c.network.FailLink("R2", "R3"); err != nil {
		t.Fatal(err)
	}
	for _, p := range followers {
		await(t, func() error { return c.shown(p, withoutR2R3) })
		p.kill()
	}

	c.quiet(t)
	for _, r := range readers {
		if followers[r.dir] == nil {
			continue
		}
		p := c.shell(filepath.Join(consumers, r.dir), commands(t, r.section, 1))
		if status := p.status(installPatience); status != 0 {
			t.Fatalf("%s: exit status %d", r.section, status)
		}
		if err := differ("what "+r.section+" prints of the topics", c.keys(), printedKeys(t, p)); err != nil {
			t.Error(err)
		}
	}
	if len(missing) > 0 && !t.Failed() {
		t.Skipf("the rest is well, but tools are missing, of Debian's packages %v", missing)
	}
}

// commands returns the n-th block of commands of a section.
func commands(t *testing.T, section string, n int) string {
	t.Helper()
	page, err := os.ReadFile(consumersPage)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "# "+section+"\n")
	text, _, _ = strings.Cut(text, "\n#")
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)\n```").FindAllStringSubmatch(text, -1)
	if n >= len(blocks) {
		t.Fatalf("%s: section %s has %d blocks of commands, want block %d", consumersPage, section, len(blocks), n)
	}
	return blocks[n][1]
}

// shell runs commands in a folder. The last one takes the shell's place, so that it ends
// with the process.
func (c *chain) shell(dir, script string) *process {
	c.t.Helper()
	lines := strings.Split(script, "\n")
	lines[len(lines)-1] = "exec " + lines[len(lines)-1]
	cmd := exec.Command("sh", "-ec", strings.Join(lines, "\n"))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), common(c.clients)...)
	return run(c.t, lines[len(lines)-1], cmd)
}

var (
	colour   = regexp.MustCompile(`\x1b\[\d*m`) // Maven's
	shownMap = regexp.MustCompile(`^(?:(` + networkMapID + `) ([0-9a-f]{16})|(` + routingID + `)) (.*)$`)
)

// shown returns an error unless the last maps that a program has shown are the seed's
// network map and these costs. The program must go on.
func (c *chain) shown(p *process, want costs) error {
	c.t.Helper()
	if p.ended() {
		c.t.Fatalf("%s has ended", p.name)
	}
	published, err := value[schemas.NetworkMap](c.topics, schemas.NetworkMapsTopic, networkMapID)
	if err != nil {
		return err
	}
	var network alto.NetworkMap
	var got costs
	for _, line := range p.last(-1) {
		m := shownMap.FindStringSubmatch(colour.ReplaceAllString(line, ""))
		switch {
		case m == nil:
		case m[3] != "":
			got = nil
			err = json.Unmarshal([]byte(m[4]), &got)
		case m[2] != published.Meta.VTag.Tag:
			err = fmt.Errorf("tag %s, published is %s", m[2], published.Meta.VTag.Tag)
		default:
			network = nil
			err = json.Unmarshal([]byte(m[4]), &network)
		}
		if err != nil {
			return fmt.Errorf("%s: %w: %s", p.name, err, line)
		}
	}
	if diff := cmp.Diff(seedNetworkMap(), network, cmpopts.EquateEmpty()); diff != "" {
		err = fmt.Errorf("network map (-want +got):\n%s", diff)
	}
	return errors.Join(err, differ("what "+p.name+" shows", want, got))
}

// keys is what the topics hold, by topic.
func (c *chain) keys() map[string]map[string]bool {
	keys := map[string]map[string]bool{}
	for topic, table := range c.content() {
		keys[topic] = map[string]bool{}
		for key := range table {
			keys[topic][key] = true
		}
	}
	return keys
}

// printedKeys returns the same of a program's lines: topic, key and record.
func printedKeys(t *testing.T, p *process) map[string]map[string]bool {
	t.Helper()
	keys := map[string]map[string]bool{}
	for _, line := range p.last(-1) {
		f := strings.SplitN(colour.ReplaceAllString(line, ""), " ", 3)
		if len(f) < 3 {
			continue
		}
		if !json.Valid([]byte(f[2])) {
			t.Errorf("%s: not JSON: %s", p.name, line)
		}
		if keys[f[0]] == nil {
			keys[f[0]] = map[string]bool{}
		}
		keys[f[0]][f[1]] = true
	}
	return keys
}

// giveUp withdraws a record in a transaction, which it aborts.
func giveUp(t *testing.T, clients service.Config, topic, key string) {
	t.Helper()
	producer, err := kafka.NewProducer(&kafka.ConfigMap{
		"bootstrap.servers": clients.KafkaBootstrapServers, "transactional.id": t.Name(), "go.delivery.reports": false,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	err = producer.InitTransactions(t.Context())
	if err == nil {
		err = producer.BeginTransaction()
	}
	if err == nil {
		err = producer.Produce(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic}, Key: []byte(key)}, nil)
	}
	if n := producer.Flush(int(patience.Milliseconds())); err == nil && n > 0 {
		err = fmt.Errorf("%d records are not written", n)
	}
	if err = errors.Join(err, producer.AbortTransaction(t.Context())); err != nil {
		t.Fatal(err)
	}
}
