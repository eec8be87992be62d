package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"runtime/debug"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var released = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func sample() *debug.BuildInfo {
	return &debug.BuildInfo{
		GoVersion: "go1.26.0", Main: debug.Module{Path: "github.com/ferryapp/ferry", Version: "(devel)"},
		Deps: []*debug.Module{
			{Path: "golang.org/x/net", Version: "v0.58.0", Sum: "h1:net="},
			{Path: "example.com/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/new", Version: "v1.2.0+incompatible", Sum: "h1:new="}},
		},
		Settings: []debug.BuildSetting{{Key: "GOOS", Value: "linux"}, {Key: "CGO_CFLAGS", Value: "-O2"}},
	}
}

func TestFormatListsEveryModule(t *testing.T) {
	text, err := format("ferry", "0.1.0", released, sample())
	if err != nil {
		t.Fatal(err)
	}
	var got document
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	wantComponents := []component{
		{"library", "pkg:golang/example.com/new@v1.2.0+incompatible", "example.com/new", "v1.2.0+incompatible", "pkg:golang/example.com/new@v1.2.0+incompatible", []property{{"go:sum", "h1:new="}}},
		{"library", "pkg:golang/golang.org/x/net@v0.58.0", "golang.org/x/net", "v0.58.0", "pkg:golang/golang.org/x/net@v0.58.0", []property{{"go:sum", "h1:net="}}},
		{"library", "pkg:golang/std@1.26.0", "std", "1.26.0", "pkg:golang/std@1.26.0", nil},
	}
	if diff := cmp.Diff(wantComponents, got.Components); diff != "" {
		t.Error(diff)
	}
	const ferry = "pkg:golang/github.com/ferryapp/ferry@0.1.0"
	wantMetadata := metadata{"2026-11-22T00:00:00Z", component{"application", ferry, "github.com/ferryapp/ferry", "0.1.0", ferry, []property{{"go:build:GOOS", "linux"}}}}
	if diff := cmp.Diff(wantMetadata, got.Metadata); diff != "" {
		t.Error(diff)
	}
	if len(got.Dependencies) != 1 || got.Dependencies[0].Ref != ferry || len(got.Dependencies[0].DependsOn) != len(wantComponents) {
		t.Errorf("dependencies are %+v, want all components of Ferry", got.Dependencies)
	}
}

func TestSerialNumber(t *testing.T) {
	numberOf := func(name, version string) string {
		text, err := format(name, version, released, sample())
		if err != nil {
			t.Fatal(err)
		}
		again, err := format(name, version, released, sample())
		if err != nil || !bytes.Equal(text, again) {
			t.Errorf("two documents of the same program differ (%v)", err)
		}
		var d document
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		// The pattern of the CycloneDX schema.
		if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`).MatchString(d.SerialNumber) {
			t.Errorf("serial number is %q", d.SerialNumber)
		}
		return d.SerialNumber
	}
	first := numberOf("ferry", "0.1.0")
	if first == numberOf("ferry.exe", "0.1.0") || first == numberOf("ferry", "0.2.0") {
		t.Error("different programs have the same serial number")
	}
}
