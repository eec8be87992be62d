# Ferry's verbs. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory

# One set of tags per kind of build, or cgo's objects are compiled again.
# migrated_fynedo: the window's calls all go through fyne.Do.
# ci: Fyne without cgo, X or OpenGL, for tests of the window in memory.
TAGS      := migrated_fynedo
TEST_TAGS := ci,$(TAGS)
VERSION   := $(shell sed -n 's/^ *Version = "\(.*\)"/\1/p' FyneApp.toml)+$(shell git describe --always --dirty --exclude '*' 2>/dev/null || echo unknown)
LDFLAGS   := -X main.version=$(VERSION)

TOOLS         := $(CURDIR)/bin/tools
GOLANGCI_LINT := $(TOOLS)/golangci-lint-v2.15.0
GOFUMPT       := $(TOOLS)/gofumpt-v0.12.0
NFPM          := $(TOOLS)/nfpm-v2.44.1

OUT ?= .cache/demo

.PHONY: help
help: ## list the verbs
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

.PHONY: deps
deps: ## install the Debian packages for building, testing and showing Ferry
	@packaging/deps

.PHONY: build
build: ## build bin/ferry
	@packaging/deps build
	go build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o bin/ferry .

.PHONY: run
run: ## build it and open its window
	@if [ -z "$${DISPLAY-}$${WAYLAND_DISPLAY-}" ]; then \
		echo "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set)." >&2; \
		echo "\`make demo\` shows Ferry at work on a virtual one." >&2; exit 1; fi
	@$(MAKE) build
	bin/ferry

.PHONY: install
install: build ## put Ferry into the menus of this machine; PREFIX=$HOME/.local for yourself alone
	packaging/install

.PHONY: uninstall
uninstall: ## take it away again
	packaging/install uninstall

.PHONY: package
package: build $(NFPM) ## make a Debian and an RPM package in bin
	NFPM='$(NFPM)' packaging/package

.PHONY: demo
demo: deps build ## drop a file, kill Ferry half way, start it again; pictures in OUT=.cache/demo
	go run ./app/desktop/demo -ferry bin/ferry -out '$(OUT)'

.PHONY: test
test: deps ## run every test that needs no screen, with the race detector
	go test -race -tags $(TEST_TAGS) -timeout 30m ./...

.PHONY: e2e
e2e: deps build ## drive the real window on a virtual desktop; pictures in .cache/e2e
	FERRY_BINARY='$(CURDIR)/bin/ferry' FERRY_PICTURES='$(CURDIR)/.cache/e2e' \
		go test -tags desktop,$(TEST_TAGS) -count=1 -v -timeout 20m ./app/desktop

.PHONY: pictures
pictures: deps build ## take the pictures of docs/pictures anew, on a virtual desktop
	FERRY_BINARY='$(CURDIR)/bin/ferry' go test -tags desktop,$(TEST_TAGS) -count=1 -timeout 60m -run TestPictures \
		./app/desktop -args -pictures '$(CURDIR)/docs/pictures'

.PHONY: soak
soak: deps ## storms of faults, kills and edits for two hours
	go test -race -tags $(TEST_TAGS) -count=1 -timeout 4h -run 'TestStress|TestKillAtRandom' ./app/endtoend -args -stress=50m -kills=1000

FUZZTIME ?= 20s

.PHONY: fuzz
fuzz: deps ## fuzz every parser for FUZZTIME (20s) each; what is found is kept in its package's testdata
	for dir in $$(grep -rl '^func Fuzz' --include='*_test.go' . | xargs -n 1 dirname | sort -u); do \
		for target in $$(go test -tags $(TEST_TAGS) -list '^Fuzz' $$dir | grep '^Fuzz'); do \
			go test -tags $(TEST_TAGS) -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$dir; \
		done; \
	done

.PHONY: bench
bench: ## run the benchmarks
	@packaging/deps build
	go test -tags $(TEST_TAGS) -run '^$$' -bench . -benchmem ./...

.PHONY: lint
lint: $(GOLANGCI_LINT) $(GOFUMPT) ## check style, layers and modules
	$(GOLANGCI_LINT) run ./...
	@unformatted=$$($(GOFUMPT) -l .); \
		if [ -n "$$unformatted" ]; then echo "not formatted, see make fmt:" $$unformatted >&2; exit 1; fi
	go vet -tags $(TEST_TAGS) ./...
	go vet -tags desktop,$(TEST_TAGS) ./app/desktop/...
	go mod tidy -diff
	go mod verify

.PHONY: fmt
fmt: $(GOFUMPT) ## format the code
	$(GOFUMPT) -w .

.PHONY: clean
clean: ## remove what was built
	rm -rf bin .cache

$(GOLANGCI_LINT):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	@mv $(TOOLS)/golangci-lint $@

$(GOFUMPT):
	GOBIN=$(TOOLS) go install mvdan.cc/gofumpt@v0.12.0
	@mv $(TOOLS)/gofumpt $@

$(NFPM):
	GOBIN=$(TOOLS) go install github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.44.1
	@mv $(TOOLS)/nfpm $@
