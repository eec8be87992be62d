# Run `make help` for a list of the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory

# Use the same tags in every build of a kind: other tags compile all cgo packages again.
# migrated_fynedo: other goroutines call Fyne through fyne.Do, its current threading model.
# ci: Fyne without cgo, X and OpenGL, to test the window in memory.
TAGS      := migrated_fynedo
TEST_TAGS := ci,$(TAGS)

# The same flags in every build, also of tests and tools: other flags compile everything
# again. The program does not depend on the folder it is built in, and its version
# (below) has the commit.
FLAGS := -trimpath -buildvcs=false
export GOFLAGS := $(filter-out $(FLAGS) -buildvcs=true -buildvcs=auto,$(shell go env GOFLAGS)) $(FLAGS)

VERSION   := $(shell packaging/version)+$(shell git describe --always --dirty --exclude '*' 2>/dev/null || echo unknown)
LDFLAGS   := -X main.version=$(VERSION)

TOOLS         := $(CURDIR)/bin/tools
GOLANGCI_LINT := $(TOOLS)/golangci-lint-v2.15.0
GOFUMPT       := $(TOOLS)/gofumpt-v0.12.0
NFPM          := $(TOOLS)/nfpm-v2.44.1
WINRES        := $(TOOLS)/go-winres-v0.3.3
GOVULNCHECK   := $(TOOLS)/govulncheck-v1.9.0

# The packages that can be vetted for macOS only there: they use the toolkit's window, which
# needs the headers of that system.
MACOS_ONLY := ^github.com/ferryapp/ferry(/app(/program)?)?$$

OUT ?= .cache/demo

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22

.PHONY: deps
deps: ## install the Debian packages to build, test and demonstrate Ferry
	@packaging/deps

.PHONY: build
build: ## build bin/ferry
	@packaging/deps build
	go build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o bin/ferry .

.PHONY: run
run: ## build and start Ferry
	@if [ -z "$${DISPLAY-}$${WAYLAND_DISPLAY-}" ]; then \
		echo "No display: neither DISPLAY nor WAYLAND_DISPLAY is set." >&2; \
		echo "Run \`make demo\` to see Ferry on a virtual display." >&2; exit 1; fi
	@$(MAKE) build
	bin/ferry

.PHONY: install
install: build ## install Ferry and its menu entries; PREFIX=$HOME/.local for the current user only
	packaging/install

.PHONY: uninstall
uninstall: ## remove an installed Ferry
	packaging/install uninstall

.PHONY: windows
windows: $(WINRES) ## build bin/windows/ferry.exe and ferry.com, the window and the command line for Windows
	@packaging/deps package
	VERSION='$(VERSION)' WINRES='$(WINRES)' packaging/windows/build

.PHONY: wine
wine: ## test Ferry for Windows under Wine, which root installs in a folder if the system has none
	bash .ci/wine

.PHONY: package
package: build windows $(NFPM) ## make all packages for Linux and Windows in dist
	NFPM='$(NFPM)' packaging/package

.PHONY: package-macos
package-macos: ## build and sign a disk image for macOS in dist; needs a Mac
	VERSION='$(VERSION)' packaging/macos/package

.PHONY: release
release: ## test, build the packages of VERSION=0.2.0 twice, compare, and write dist; publishes nothing
	packaging/release '$(VERSION)'

.PHONY: demo
demo: deps build ## upload a file on a virtual desktop, kill Ferry and resume; pictures in OUT=.cache/demo
	go run ./app/desktop/demo -ferry bin/ferry -out '$(OUT)'

.PHONY: test
test: deps ## run all tests that need no display, with the race detector
	go test -race -tags $(TEST_TAGS) -timeout 45m ./...

.PHONY: e2e
e2e: deps build ## test the real window on a virtual desktop; pictures in .cache/e2e
	FERRY_BINARY='$(CURDIR)/bin/ferry' FERRY_PICTURES='$(CURDIR)/.cache/e2e' \
		go test -tags desktop,$(TEST_TAGS) -count=1 -v -timeout 20m ./app/desktop

.PHONY: same
same: build ## build bin/ferry a second time with a separate cache, and compare every byte
	VERSION='$(VERSION)' packaging/same

.PHONY: installed
installed: deps ## install, use, upgrade and remove the Debian package in dist on a throw-away copy of this system; as root
	FERRY_PACKAGE="$$(realpath dist/*.deb)" FERRY_BINARY=/usr/bin/ferry \
		go test -exec '$(CURDIR)/packaging/throwaway' -tags desktop,$(TEST_TAGS) -count=1 -v -timeout 20m -run TestPackage ./app/desktop

.PHONY: pictures
pictures: deps build ## retake the pictures in docs/pictures on a virtual desktop
	FERRY_BINARY='$(CURDIR)/bin/ferry' go test -tags desktop,$(TEST_TAGS) -count=1 -timeout 60m -run TestPictures \
		./app/desktop -args -pictures '$(CURDIR)/docs/pictures'

.PHONY: interop
interop: ## run Ferry against all tus servers, which are installed; writes docs/interop.md; ONLY=PATTERN for some
	@packaging/deps interop
	go test -tags $(TEST_TAGS) -count=1 -timeout 90m -v -run 'TestInterop$$' ./app/interop \
		-args -full $(if $(ONLY),-only '$(ONLY)',-write '$(CURDIR)/docs/interop.md')

# The engine's stress test counts goroutines and descriptors, so it has a process of its own.
SOAK := go test -race -tags $(TEST_TAGS) -count=1 -timeout 3h -v -parallel 6 ./app/endtoend

.PHONY: soak soak-engine soak-programs
soak: deps ## stress tests with faults, kills and file changes: two processes for an hour or more
	@$(MAKE) --no-print-directory -j2 soak-engine soak-programs

soak-engine:
	$(SOAK) -run 'TestStressEngine' -args -stress=58m

soak-programs:
	$(SOAK) -run 'TestStress|TestKillAtRandom' -skip 'TestStressEngine' -args -stress=58m -kills=1000

FUZZTIME ?= 20s

.PHONY: fuzz
fuzz: deps ## fuzz each parser for FUZZTIME (20s); failing inputs are saved in testdata
	for dir in $$(grep -rl '^func Fuzz' --include='*_test.go' . | xargs -n 1 dirname | sort -u); do \
		for target in $$(go test -tags $(TEST_TAGS) -list '^Fuzz' $$dir | grep '^Fuzz'); do \
			go test -tags $(TEST_TAGS) -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$dir; \
		done; \
	done

BENCH := $(CURDIR)/.cache/bench

# Where the source is: running tests have files of their own in .cache.
SOURCES := main.go app assets db docs packaging uploader widgets

.PHONY: bench
bench: build ## compare Ferry with other clients, and run the Go benchmarks: docs/performance.md; ONLY=PATTERN for some, ROUNDS=3
	@packaging/deps bench
	@mkdir -p '$(BENCH)'
	$(if $(ONLY),,go test -tags $(TEST_TAGS) -run '^$$' -bench . -benchmem -benchtime 200ms ./... | tee '$(BENCH)/go.txt')
	go test -tags $(TEST_TAGS) -count=1 -timeout 60m -v -run 'TestBench$$' ./app/bench \
		-args -full -ferry '$(CURDIR)/bin/ferry' $(if $(ONLY),-only '$(ONLY)',-gobench '$(BENCH)/go.txt') $(if $(ROUNDS),-rounds $(ROUNDS)) \
		-table '$(BENCH)/table.md' -results '$(BENCH)/programs.txt'

.PHONY: lint
lint: $(GOLANGCI_LINT) $(GOFUMPT) ## check style, package layers and modules
	$(GOLANGCI_LINT) run ./...
	@unformatted=$$($(GOFUMPT) -l $(SOURCES)); \
		if [ -n "$$unformatted" ]; then echo "not formatted, see make fmt:" $$unformatted >&2; exit 1; fi
	go vet -tags $(TEST_TAGS) ./...
	go vet -tags desktop,$(TEST_TAGS) ./app/desktop/...
	GOOS=windows go vet -tags $(TEST_TAGS) ./...
	GOOS=darwin go vet -tags $(TEST_TAGS) $$(GOOS=darwin go list -tags $(TEST_TAGS) ./... | grep -vE '$(MACOS_ONLY)')
	go mod tidy -diff
	go mod verify

.PHONY: vulncheck
vulncheck: $(GOVULNCHECK) ## look for known vulnerabilities; VULNDB=file:///FOLDER for a copy of the database
	@packaging/deps build
	$(GOVULNCHECK) -tags $(TAGS) $(if $(VULNDB),-db '$(VULNDB)') ./...

.PHONY: notices
notices: ## write the licences of everything that is linked to assets/notices
	go run ./packaging/notices

.PHONY: manual
manual: ## write the manual page and the completions of shells to packaging/linux
	go run ./packaging/manual

.PHONY: fmt
fmt: $(GOFUMPT) ## format the code
	$(GOFUMPT) -w $(SOURCES)

.PHONY: clean
clean: ## remove build output
	rm -rf bin dist .cache

$(GOLANGCI_LINT):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	@mv $(TOOLS)/golangci-lint $@

$(GOFUMPT):
	GOBIN=$(TOOLS) go install mvdan.cc/gofumpt@v0.12.0
	@mv $(TOOLS)/gofumpt $@

$(GOVULNCHECK):
	GOBIN=$(TOOLS) go install golang.org/x/vuln/cmd/govulncheck@v1.9.0
	@mv $(TOOLS)/govulncheck $@

$(WINRES):
	GOBIN=$(TOOLS) go install github.com/tc-hib/go-winres@v0.3.3
	@mv $(TOOLS)/go-winres $@

$(NFPM):
	GOBIN=$(TOOLS) go install github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.44.1
	@mv $(TOOLS)/nfpm $@
