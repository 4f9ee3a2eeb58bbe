# Duly: build, check, try. `make` alone prints what there is.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS   += --no-print-directory --no-builtin-rules

LINT      := .bin/golangci-lint
PKG       ?= ./...
BENCH     ?= .
FUZZTIME  ?= 20s
TESTFLAGS ?=
EXCEPT    ?=

# The scripts of commands start hundreds of processes, each of which reads every rulebook before it does anything: under the race
# detector that takes minutes, and what they run side by side the tests of engine, store and serve run too. The proof steps every
# worker from one goroutine, where there is nothing to race. What drives PostgreSQL is in store, whose tests run on both databases;
# those of the other packages run on SQLite. All of them in one run, the longest first, so that no processor waits for the last.
#
# Packages that run goroutines or share memory: they, or their tests, import one of these.
# Called where it is used, so that `make help` does not run the go command.
SHARING = go list -f '{{.ImportPath}} {{join .Imports " "}} {{join .TestImports " "}} {{join .XTestImports " "}} ' $(PKG) \
	| awk '/ (sync|sync\/atomic|net|net\/http|testing\/synctest) / && $$1 !~ /\/sim\/proof$$/ {print $$1}'

# What the race detector need not watch: SQLite, which is C in Go's clothes and guards its memory by its own locks, and its allocator;
# and the reader of YAML, which shares nothing. Their locks are in modernc.org/libc, which stays watched, so that nothing of ours is
# taken for a race. Measured on store: 6 s of processor where it was 21.
UNWATCHED = -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/memory=-race=false \
	-gcflags=modernc.org/libc=-d=checkptr=0 -gcflags=github.com/goccy/go-yaml/...=-race=false

# The packages whose tests take longest begin first, so that none of them is left to run alone at the end. The proof is not among
# them: it fills every processor whenever it comes, and runs beside all else in `make check`. As many at a time as there are processors: with more, tests that count what a worker
# left unknown find more of it, because workers that get no time lose their leases.
LONGEST = $(if $(filter ./...,$(PKG)),./engine ./store ./cli ./console)

.PHONY: help
help: ## Print this help.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install what the checks need; changes nothing when it is all there.
	@tools/setup.sh

.PHONY: build
build: ## Build ./duly, without cgo.
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o duly .

.PHONY: demo
demo: build ## Build, then show a lender's two weeks with simulated carriers and borrowers.
	./duly demo

.PHONY: format
format: $(LINT) ## Format the Go files (gofumpt and goimports).
	$(LINT) fmt

.PHONY: check-format
check-format: $(LINT) ## Fail when a Go file is not formatted, and show how it should be.
	$(LINT) fmt --diff

.PHONY: vet
vet: ## Run go vet. It is not part of check, whose linters run all that it runs.
	go vet $(PKG)

.PHONY: lint
lint: $(LINT) ## Run the linters of .golangci.yml.
	$(LINT) run --timeout 15m $(PKG)

.PHONY: test
test: ## Run all tests: make test PKG=./store/... TESTFLAGS='-run Fence -v'. What go vet says is for make lint.
	go run ./test/withpg go test -vet=off -timeout 30m $(TESTFLAGS) $(LONGEST) $(if $(EXCEPT),$$(go list $(PKG) | grep -v '$(EXCEPT)$$'),$(PKG))

.PHONY: race
race: ## Run the short tests of the packages that share memory under the race detector.
	@packages=$$($(SHARING)); \
	if [[ -z $$packages ]]; then echo "race: no package shares memory"; exit 0; fi; \
	packages="$$(grep -E '/(engine|store|console|cli)$$' <<<"$$packages" || true) $$packages"; \
	echo go test -race -short $$packages; export DULY_TEST_DATABASE='sqlite store=both'; \
	go run ./test/withpg env CGO_ENABLED=1 go test -race $(UNWATCHED) -vet=off -short -parallel 3 -skip '^TestScripts$$' -timeout 30m $(TESTFLAGS) $$packages

.PHONY: sim
sim: ## Try to break what must always hold: make sim SEEDS=5000 FROM=1, or one world again: make sim SEED=42.
	go test -count 1 -timeout 0 -run '^TestProof$$' ./sim/proof -args $(if $(SEED),-test.v -seed $(SEED),-seeds $(or $(SEEDS),200) -from $(or $(FROM),1))

.PHONY: failover
failover: ## Kill primaries of a Patroni cluster under load and count at the carrier; minutes, and not part of check.
	@tools/failover.sh

.PHONY: check-deploy
check-deploy: ## Check the systemd unit and the container file as far as this machine allows.
	@tools/deploy.sh

.PHONY: container
container: build ## Build the container image duly with buildah, podman or docker.
	@tools/context.sh duly .cache/context; \
	for b in "buildah build" "podman build" "docker build"; do \
		if command -v $${b%% *} >/dev/null; then exec $$b -t duly -f deploy/container/Containerfile .cache/context; fi; \
	done; echo "container: no buildah, podman or docker" >&2; exit 1

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (20s; or a number of runs, such as 1000x).
	@tools/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: ## Run the benchmarks: make bench BENCH=Plan PKG=./engine.
	go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 60m $(PKG)

.PHONY: bench-kannel
bench-kannel: build ## Hand over beside Kannel, on the same simulator in the same run: make bench-kannel ARGS='--messages 50000'.
	./duly bench dispatch --parts 1 --kannel $(ARGS)

.PHONY: tidy
tidy: ## Fail when go.mod or go.sum is not tidy, or a module is not what go.sum says.
	go mod tidy -diff
	go mod verify

.PHONY: check
check: ## Run everything that CI runs, and tell how long each part took.
	@tools/check.sh

.PHONY: clean
clean: ## Remove what was built, the lint tool and the installed test peers too.
	rm -rf duly .bin .cache test/peers/node_modules

$(LINT): tools/golangci/go.mod tools/golangci/go.sum
	@tools/setup.sh
	@touch $@
