package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// The types below are the part of the CycloneDX 1.6 format that is used
// (https://cyclonedx.org/docs/1.6/json).

type document struct {
	Schema       string       `json:"$schema"`
	Format       string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	SerialNumber string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Package    string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// recorded are the build settings that say which program it is. Others, such as the
// compiler's flags, do not change what it consists of.
var recorded = []string{"GOOS", "GOARCH", "CGO_ENABLED", "-tags", "-trimpath"}

// format returns the bill of materials of the program with that file name.
func format(name, version string, released time.Time, info *debug.BuildInfo) ([]byte, error) {
	program := newComponent("application", info.Main.Path, version)
	for _, setting := range info.Settings {
		if slices.Contains(recorded, setting.Key) {
			program.Properties = append(program.Properties, property{"go:build:" + setting.Key, setting.Value})
		}
	}
	components := []component{newComponent("library", "std", strings.TrimPrefix(info.GoVersion, "go"))}
	for _, module := range info.Deps {
		components = append(components, ofModule(module))
	}
	slices.SortFunc(components, func(a, b component) int { return cmp.Compare(a.Ref, b.Ref) })
	all := dependency{Ref: program.Ref}
	for _, c := range components {
		all.DependsOn = append(all.DependsOn, c.Ref)
	}
	d := document{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata:   metadata{released.UTC().Format(time.RFC3339), program},
		Components: components, Dependencies: []dependency{all},
	}
	d.SerialNumber = serial(name, d)
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(d)
	return text.Bytes(), err
}

// ofModule returns the component of a module, or of what replaces it.
func ofModule(module *debug.Module) component {
	if module.Replace != nil {
		module = module.Replace
	}
	c := newComponent("library", module.Path, module.Version)
	if module.Sum != "" {
		c.Properties = []property{{"go:sum", module.Sum}}
	}
	return c
}

// newComponent returns a component with its package URL
// (https://github.com/package-url/purl-spec, type golang).
func newComponent(kind, path, version string) component {
	elements := strings.Split(path, "/")
	for i := range elements {
		elements[i] = url.PathEscape(elements[i])
	}
	purl := "pkg:golang/" + strings.Join(elements, "/") + "@" + url.PathEscape(version)
	return component{Type: kind, Ref: purl, Name: path, Version: version, Package: purl}
}

// serial returns a UUID (version 8, RFC 9562) that is derived from the content, so that it
// is the same for the same program and another for any other.
func serial(name string, d document) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%+v", name, d))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
