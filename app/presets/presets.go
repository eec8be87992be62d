// Package presets has the settings of well-known tus servers and services. A preset asks
// for what only the user knows, such as the name of a project, and makes a server of it
// with the address, chunk sizes and metadata that the service demands.
//
// The texts about presets are in assets/translations, under keys that [Preset.TextKey]
// and [Preset.FieldKey] return. Secrets are not part of a preset: [Preset.SignIn] is the
// way to sign in, for which the caller asks.
//
// Everything may be called from any goroutine. Only [WithLimits] sends requests.
package presets

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/uploader"
)

// Values are what the user entered, by the name of the [Field].
type Values map[string]string

// Field is a value that only the user knows.
type Field struct {
	Name     string   // stable: used on the command line
	Optional bool     // "" is valid
	Choices  []string // the valid values, the first is the default; nil: any text that Parse accepts
	Example  string   // shown in an empty field

	// parse returns the value in the form that the preset uses, and whether it is
	// valid. It gets a text that is not empty and has no spaces around it.
	parse func(text string) (string, bool)
}

// Preset is the settings of one kind of server.
type Preset struct {
	Name   string // stable: stored, and used on the command line
	Fields []Field
	SignIn uploader.SignIn // how to sign in

	// server returns the server for valid values, without name and preset.
	server func(Values) uploader.Server

	// recognise returns the values that an address has, and whether it is that of this
	// kind of server. nil: no address is.
	recognise func(*url.URL) (Values, bool)

	// limits is how the server tells its chunk sizes; nil if it does not.
	limits *limitsQuery
}

// all are the presets in the order in which they are shown.
var all = []Preset{plain, supabase, cloudflare, directus, openCloud, fileBrowser, bunny, transloadit, given}

// All returns the presets in the order in which they are shown. The first is that of a
// server that needs nothing but its address.
func All() []Preset { return slices.Clone(all) }

// ByName returns a preset by its Name.
func ByName(name string) (Preset, bool) {
	i := slices.IndexFunc(all, func(p Preset) bool { return p.Name == name })
	if i < 0 {
		return Preset{}, false
	}
	return all[i], true
}

// Recognise returns the preset for an address that the user entered, and the values that
// the address contains. It returns false if the address shows no kind of server.
func Recognise(address string) (Preset, Values, bool) {
	u, ok := parseAddress(address)
	if !ok {
		return Preset{}, nil, false
	}
	for _, p := range all {
		if p.recognise == nil {
			continue
		}
		if values, ok := p.recognise(u); ok {
			return p, values, true
		}
	}
	return Preset{}, nil, false
}

// FieldError is returned by [Preset.Server] for a value that is missing or not valid.
type FieldError struct {
	Preset, Field string
	Unknown       bool // the preset has no such field
}

// Error implements error.
func (e *FieldError) Error() string {
	if e.Unknown {
		return fmt.Sprintf("preset %s has no field %s", e.Preset, e.Field)
	}
	return fmt.Sprintf("preset %s: field %s is missing or not valid", e.Preset, e.Field)
}

// Server returns the server for the values of the fields. Its name is the host of its
// address; for [uploader.SignInBasic] the user name is left to the caller unless it is a
// field. The error is a [*FieldError] for the first invalid value.
func (p Preset) Server(values Values) (uploader.Server, error) {
	valid := Values{}
	for _, f := range p.Fields {
		value, ok := f.Parse(values[f.Name])
		if !ok {
			return uploader.Server{}, &FieldError{Preset: p.Name, Field: f.Name}
		}
		valid[f.Name] = value
	}
	for name := range values {
		if !slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Name == name }) {
			return uploader.Server{}, &FieldError{Preset: p.Name, Field: name, Unknown: true}
		}
	}
	server := p.server(valid)
	server.Access.SignIn = p.SignIn
	if p.Name != plain.Name {
		server.Options.Preset = p.Name
	}
	if u, err := url.Parse(server.Endpoint); err == nil {
		server.Name = u.Host
	}
	return server, nil
}

// Parse returns a value of the field in the form that the preset uses, and whether the
// text is valid.
func (f Field) Parse(text string) (value string, ok bool) {
	text = strings.TrimSpace(text)
	switch {
	case text == "" && len(f.Choices) > 0:
		return f.Choices[0], true
	case text == "":
		return "", f.Optional
	case len(f.Choices) > 0:
		return text, slices.Contains(f.Choices, text)
	case strings.ContainsFunc(text, isControl):
		return "", false
	}
	return f.parse(text)
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// TextKey returns the translation key of the preset's name. With ".help" it is that of a
// sentence about the preset, and with ".sign-in" that of where to find the sign-in.
func (p Preset) TextKey() string { return "preset." + p.Name }

// FieldKey returns the translation key of the label of a field. With ".help" it is that of
// a sentence about where to find the value, and with ".CHOICE" that of a choice.
func (p Preset) FieldKey(f Field) string { return "preset." + p.Name + "." + f.Name }
