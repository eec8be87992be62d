package cli

import (
	"fmt"
	"strings"

	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// PresetEntry is one preset in the list.
type PresetEntry struct {
	Preset string       `json:"preset"`
	Title  string       `json:"title"`   // text for the user, as Help
	Help   string       `json:"help"`    // what it is for
	SignIn string       `json:"sign_in"` // none, bearer, basic or headers
	Fields []FieldEntry `json:"fields"`
}

// FieldEntry is a field of a preset, which --set sets.
type FieldEntry struct {
	Field    string   `json:"field"`
	Optional bool     `json:"optional,omitempty"`
	Choices  []string `json:"choices,omitempty"` // the first is the default
	Example  string   `json:"example,omitempty"`
	Help     string   `json:"help"` // where to find the value
}

// Print prints all presets.
func (p *ServerPresets) Print(streams Streams) error {
	printer := NewPrinter(streams, StyleFor(p.JSON, false))
	for _, preset := range presets.All() {
		e := newPresetEntry(preset)
		err := error(nil)
		if p.JSON {
			err = printer.printObject(e)
		} else {
			_, err = fmt.Fprintln(streams.Out, e.text(preset))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func newPresetEntry(preset presets.Preset) PresetEntry {
	e := PresetEntry{
		Preset: preset.Name, Title: words.Text(preset.TextKey()), Help: words.Text(preset.TextKey() + ".help"), SignIn: string(preset.SignIn), Fields: []FieldEntry{},
	}
	if preset.SignIn == uploader.SignInNone {
		e.SignIn = flagNone
	}
	for _, field := range preset.Fields {
		e.Fields = append(e.Fields, FieldEntry{
			Field: field.Name, Optional: field.Optional, Choices: field.Choices, Example: field.Example, Help: words.Text(preset.FieldKey(field) + ".help"),
		})
	}
	return e
}

// text returns the entry for people: a line, and one for each field and the sign-in.
func (e PresetEntry) text(preset presets.Preset) string {
	lines := []string{words.Text("cli.preset", words.Data{"Name": e.Preset, "Title": e.Title, "Help": e.Help})}
	for _, field := range e.Fields {
		data := words.Data{"Field": field.Field, "Example": field.Example, "Help": field.Help}
		key := "cli.preset.field"
		switch {
		case len(field.Choices) > 0:
			key, data["Example"] = "cli.preset.choices", strings.Join(field.Choices, "|")
		case field.Optional:
			key = "cli.preset.optional"
		}
		lines = append(lines, "    "+words.Text(key, data))
	}
	if preset.SignIn != uploader.SignInNone {
		lines = append(lines, "    "+words.Text("cli.preset.sign-in", words.Data{"Help": words.Text(preset.TextKey() + ".sign-in")}))
	}
	return strings.Join(lines, "\n")
}
