# The only door to this repository: make help.

GO          ?= go
GOLANGCI     = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
MODULES      = libs schemas services
FUZZTIME    ?= 30s
BENCH       ?= .
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

# Links to bin/altostream, which is all of them.
PROGRAMS     = altoctl bgp-ingest map-builder cost-builder compute-ingest correlator

# Packages that the race detector has nothing to say of: their code is sequential but for what tests of
# their own show (test-race), or runs the programs as processes, or, of the lab's routers, runs GoBGP's
# server, which has data races of its own (v3.37.0).
NO_RACE      = (libs/(alto|alto/versioned|apsp|bgpls|cats|igp|mrt|rank|ted)|schemas|services/(cost-builder|e2e|lab/router))$$

.DEFAULT_GOAL := help

.PHONY: help
help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## run the whole chain in one process and watch a link fail (Ctrl-C ends it)
	@LAB_EVENTS=$${LAB_EVENTS-$$([ -z "$$LAB_ROUTERS" ] && echo demo || echo none)} bin/lab

.PHONY: build
build: ## build all programs into bin/
	@mkdir -p bin
	$(GO) build -ldflags '-s -w -X github.com/altostream/altostream/libs/service.version=$(VERSION)' -o bin/ ./services/cmd/altostream ./services/lab/cmd/*
	@for p in $(PROGRAMS); do ln -sf altostream bin/$$p; done

# Many tests wait for timers and processes, so more of them run than there are processors. vet is a part of lint, and
# without data for debuggers the many test programs are linked in half the time.
TEST         = $(GO) test -shuffle=on -vet=off -ldflags='-s -w' -parallel 8

.PHONY: test
test: ## run all tests, with the race detector where there is something for it to find
	@$(MAKE) --no-print-directory -j2 test-plain test-race

.PHONY: test-plain test-race
test-plain:
	$(TEST) $$($(GO) list ./libs/... ./schemas/... ./services/... | grep -E '$(NO_RACE)' | sort -r)
test-race:
	$(TEST) -race -run '^(TestSameOnAnyProcessors|TestThroughTheTopic|TestUpdateNetworks|TestUpdateBetweenAreas|TestUpdateAlong)$$' ./libs/apsp ./libs/igp ./libs/alto/versioned
	$(TEST) -race $$($(GO) list ./libs/... ./schemas/... ./services/... | grep -vE '$(NO_RACE)')

SEEDS_FROM  ?= 100000
SEEDS_TIMES ?= 10

.PHONY: test-seeds
test-seeds: ## run the tests with random input with other seeds and more of them (SEEDS_FROM=first, SEEDS_TIMES=how many times as many)
	SEEDS_FROM=$(SEEDS_FROM) SEEDS_TIMES=$(SEEDS_TIMES) $(GO) test -vet=off -timeout 12h $$(grep -rlE 'seeds\.Of|streamtest\.PathIndependent' --include='*_test.go' $(MODULES) | xargs -n1 dirname | sort -u | sed 's|^|./|')

.PHONY: lint
lint: ## check format, vet, lint rules, and that each module stands alone
	@files=$$(gofmt -l $(MODULES) docs/consumers/go); test -z "$$files" || { echo "not formatted: $$files (make fmt)"; exit 1; }
	$(GO) vet ./libs/... ./schemas/... ./services/...
	@for m in $(MODULES); do echo "lint $$m"; (cd $$m && GOWORK=off $(GO) build ./... && $(GOLANGCI) run ./...) || exit 1; done

.PHONY: fmt
fmt: ## format all Go files
	gofmt -w $(MODULES) docs/consumers/go

.PHONY: bench
bench: ## run the benchmarks (BENCH=regexp)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./libs/... ./services/...

.PHONY: bench-apsp
bench-apsp: ## measure all-pairs costs beside Boost, igraph and networkx (Debian: g++ libboost-graph-dev python3-igraph python3-networkx)
	$(GO) test -tags peers -run '^$$' -bench 'AllPairs|Peers' -benchtime 300ms -timeout 1h ./libs/apsp

.PHONY: fuzz
fuzz: ## fuzz every decoder for FUZZTIME (30s) each
	@grep -rl '^func Fuzz' --include='*_test.go' $(MODULES) | while read -r f; do \
		for name in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/p' "$$f"); do \
			echo "$$f $$name"; $(GO) test "./$$(dirname "$$f")" -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) || exit 1; \
		done; done

# End-to-end tests that are about routers, the lab or command lines: another broker changes nothing.
NO_KAFKA     = ^Test(LifeCycle|BMP|BMPSpeakersGone|MRTFiles|GracefulRestart|HalfLinks|HalfTable|NoEndOfRIB|TwoReflectors|SessionLoss|FlappingPeer|MaxObjects|MalformedUpdates|AttributesDiscarded|MetricsOfLinks|RefreshOnDemand|PeerWithWrongASN|NoiseOnBGPPort|AddressInUse|KilledLab|CommandLines|ProgramsByArgument|MisspeltVariable|WrongConfiguration|VariablesAreExplained)$$

.PHONY: test-kafka
test-kafka: .kafka/ready ## run the end-to-end tests of what depends on the broker on Apache Kafka and a real schema registry (TESTFLAGS=go test flags) (Java 17, Maven, Python, kcat)
	E2E_KAFKA=1 $(GO) test -shuffle=on -parallel 4 -timeout 30m -skip '$(NO_KAFKA)' $(TESTFLAGS) ./services/e2e

.kafka/ready: services/e2e/cluster/pom.xml
	@command -v mvn >/dev/null && command -v java >/dev/null || { echo "make $(MAKECMDGOALS) needs Java 17 and Maven (Debian: openjdk-17-jre-headless maven)"; exit 1; }
	rm -rf .kafka && mvn -q -B -f $< package && touch $@

.PHONY: kafka
kafka: .kafka/ready ## fetch Apache Kafka and a schema registry for the tests (Java 17, Maven)

.PHONY: clouds
clouds: ## fetch and build OpenStack and Kubernetes for the tests, once, into ~/.cache (cold ten minutes; Python, Debian's prometheus)
	services/e2e/clouds/build.sh

.PHONY: test-clouds
test-clouds: clouds ## hold the collectors of compute-ingest against real OpenStack, Kubernetes and Prometheus
	CLOUDS=1 $(GO) test -count=1 -p 2 -timeout 20m $(TESTFLAGS) ./services/compute-ingest/... ./services/e2e/clouds

.PHONY: test-frr
test-frr: ## hold the maps against live FRR routers after FRR_EVENTS (4) random events in each network (root, Debian's frr, iproute2)
	FRR_EVENTS=$${FRR_EVENTS:-4} $(GO) test -count=1 -parallel 3 -timeout 2h $(TESTFLAGS) ./services/e2e/frr

.PHONY: test-compose
test-compose: .kafka/ready ## prove docker-compose.yml with a Docker daemon of its own (root; deploy/compose/README.md)
	deploy/compose/test.sh

.PHONY: ci
ci: lint test test-kafka test-clouds ## what CI runs

.PHONY: clean
clean: ## remove what was built
	rm -rf bin .kafka
