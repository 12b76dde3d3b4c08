package broker

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// brokerDir makes the test program a broker on a data folder; it prints its
// addresses and runs until it is killed.
const brokerDir = "BROKER_TEST_DIR"

func TestMain(m *testing.M) {
	dir := os.Getenv(brokerDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	b, err := Start(Config{KafkaListen: "127.0.0.1:0", RegistryListen: "127.0.0.1:0", DataDir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(b.KafkaAddress(), b.RegistryURL())
	select {}
}

// spawn starts a broker process; kill ends it at once.
func spawn(t *testing.T, dir string) (kafka, registry string, kill func()) {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), brokerDir+"="+dir)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("broker process did not start: %v", err)
	}
	if _, err := fmt.Sscan(line, &kafka, &registry); err != nil {
		t.Fatal(err)
	}
	return kafka, registry, kill
}

func TestDataSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	var want []string
	wantIDs := []int{}
	for round := range 3 {
		address, url, kill := spawn(t, dir)
		producer := newProducer(t, address)
		if round > 0 {
			if diff := cmp.Diff(want, readAll(t, address, topic)); diff != "" {
				t.Fatalf("round %d: (-want +got)\n%s", round, diff)
			}
		}
		for i := range 20 {
			key := fmt.Sprint(round, ".", i)
			produce(t, producer, topic, key, []byte("v"))
			want = append(want, key+"=v")
		}
		ids := register(t, newRegistryClient(t, url), round)
		if diff := cmp.Diff(wantIDs, ids[:len(wantIDs)]); diff != "" {
			t.Fatalf("round %d: schema ids (-want +got)\n%s", round, diff)
		}
		wantIDs = ids
		kill()
	}
}

func TestInterruptedCompaction(t *testing.T) {
	dir := t.TempDir()
	b := startBroker(t, dir)
	producer := newProducer(t, b.KafkaAddress())
	for i := range 10 {
		produce(t, producer, topic, "k", fmt.Appendf(nil, "%d", i))
		produce(t, producer, "cost_maps", "k", fmt.Appendf(nil, "%d", i))
	}
	kafkaDir := filepath.Join(dir, "kafka")
	if err := linkFiles(partitions(kafkaDir), backup(kafkaDir)); err != nil {
		t.Fatal(err)
	}
	produce(t, producer, "cost_maps", "k", []byte("after"))
	before := readAll(t, b.KafkaAddress(), topic)
	b.Close()
	lost := filepath.Join(partitions(kafkaDir), topic+"-0", "0.dat")
	if err := os.Remove(lost); err != nil { // the new file does not share its content with the saved one
		t.Fatal(err)
	}
	if err := os.WriteFile(lost, []byte("cut"), 0o644); err != nil {
		t.Fatal(err)
	}

	again := startBroker(t, dir)
	if diff := cmp.Diff(before, readAll(t, again.KafkaAddress(), topic)); diff != "" {
		t.Errorf("cut partition: (-want +got)\n%s", diff)
	}
	if got := readAll(t, again.KafkaAddress(), "cost_maps"); len(got) != 11 || got[10] != "k=after" {
		t.Errorf("whole partition: %v", got)
	}
	if _, err := os.Stat(backup(kafkaDir)); !os.IsNotExist(err) {
		t.Errorf("saved files are still there: %v", err)
	}
}
