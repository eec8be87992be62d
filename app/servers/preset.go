package servers

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// presetForm is the part of the server dialog that asks for what only the user knows
// about a well-known server. What the preset makes of it is shown in the other fields,
// where it can be changed. It must be used on the UI goroutine.
type presetForm struct {
	host    form.Host
	changed func() // called when the user has chosen a preset or changed a field

	submitted func() // called for Enter in a field

	service *form.Select
	rows    []fyne.CanvasObject // labels and controls in turn
	offer   []fyne.CanvasObject // the row that offers a recognised preset; hidden otherwise

	preset  presets.Preset
	fields  []presetField
	applied uploader.Server // what the preset made last; zero for the plain preset
	offered *widget.RichText
	use     *form.Button
	take    func() // chooses the preset that is offered
}

// presetField is the control of a field of a preset: an entry, or a list of choices.
type presetField struct {
	presets.Field
	entry  *form.Entry
	choice *form.Select
}

func newPresetForm(host form.Host, chosen, changed func()) *presetForm {
	p := &presetForm{host: host, changed: changed, preset: presets.All()[0], offered: widget.NewRichText(), take: func() {}, submitted: func() {}}
	var names []string
	for _, preset := range presets.All() {
		names = append(names, words.Text(preset.TextKey()))
	}
	p.service = form.NewSelect(host, names, func(index int) { p.choose(presets.All()[index], nil); chosen() })
	p.service.ShowIndex(0)
	p.use = form.NewButton(host, words.Text("preset.use"), nil, func() { p.take() })
	p.offered.Wrapping = fyne.TextWrapWord
	p.offer = []fyne.CanvasObject{layout.NewSpacer(), container.NewBorder(nil, nil, nil, p.use, form.Indent(p.offered, 0))}
	form.SetVisible(false, p.offer...)
	p.choose(p.preset, nil)
	return p
}

// plain reports whether the address of the server is entered, and not the fields of a
// preset.
func (p *presetForm) plain() bool { return p.preset.Name == presets.All()[0].Name }

// choose shows the fields of a preset with values.
func (p *presetForm) choose(preset presets.Preset, values presets.Values) {
	p.preset, p.fields, p.applied = preset, nil, uploader.Server{}
	p.rows = []fyne.CanvasObject{rowLabel("preset.label"), p.service}
	form.SetVisible(false, p.offer...)
	if p.plain() {
		return
	}
	p.addHelp(preset.TextKey() + ".help")
	for _, f := range preset.Fields {
		field := presetField{Field: f}
		key := preset.FieldKey(f)
		if len(f.Choices) > 0 {
			field.choice = form.NewSelect(p.host, optionLabels(key+".", f.Choices), func(int) { p.changed() })
			field.choice.ShowIndex(max(slices.Index(f.Choices, values[f.Name]), 0))
			p.rows = append(p.rows, rowLabel(key), field.choice)
		} else {
			field.entry = form.NewEntry(p.host, 20, func(string) { p.changed() })
			field.entry.OnSubmitted = func(string) { p.submitted() }
			field.entry.SetPlaceHolder(f.Example)
			field.entry.ShowText(values[f.Name])
			p.rows = append(p.rows, rowLabel(key), field.entry)
		}
		p.addHelp(key + ".help")
		p.fields = append(p.fields, field)
	}
}

// addHelp adds a sentence below a control.
func (p *presetForm) addHelp(key string) {
	p.rows = append(p.rows, layout.NewSpacer(), helpText(key))
}

// helpText returns a sentence that explains the control above it.
func helpText(key string) fyne.CanvasObject {
	text := dialog.NewParagraph("")
	text.Set(words.Text(key), theme.Muted)
	return belowControl(text)
}

// belowControl places a text closer to the control above it than to the one below it.
func belowControl(text fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, theme.Grid(2), 0, 0), text)
}

func rowLabel(key string) *widget.Label {
	return widget.NewLabelWithStyle(words.Text(key), fyne.TextAlignTrailing, fyne.TextStyle{})
}

// asksFor reports whether the preset has a field with a name.
func (p *presetForm) asksFor(name string) bool {
	return slices.ContainsFunc(p.fields, func(f presetField) bool { return f.Name == name })
}

// server returns the server of what was entered. Its error is a *fieldError.
func (p *presetForm) server() (uploader.Server, error) {
	values := presets.Values{}
	for _, f := range p.fields {
		if f.choice != nil {
			values[f.Name] = f.Choices[max(f.choice.SelectedIndex(), 0)]
		} else {
			values[f.Name] = f.entry.Text
		}
	}
	server, err := p.preset.Server(values)
	invalid, ok := errors.AsType[*presets.FieldError](err)
	if !ok {
		return server, err
	}
	for _, f := range p.fields {
		if f.Name == invalid.Field {
			key := p.preset.FieldKey(f.Field)
			text := words.Text("preset.invalid", words.Data{"Field": words.Text(key), "Help": words.Text(key + ".help")})
			return server, &fieldError{text, f.entry}
		}
	}
	return server, err
}

// offerFor shows an offer if an address is that of a well-known server. accept is called
// when the user takes it.
func (p *presetForm) offerFor(address string, accept func()) {
	preset, values, ok := presets.Recognise(address)
	ok = ok && p.plain()
	form.SetVisible(ok, p.offer...)
	if !ok {
		return
	}
	form.SetText(p.offered, words.Text("preset.recognised", words.Data{"Service": words.Text(preset.TextKey())}), theme.Muted)
	p.take = func() {
		p.service.ShowIndex(slices.IndexFunc(presets.All(), func(other presets.Preset) bool { return other.Name == preset.Name }))
		p.choose(preset, values)
		accept()
	}
}

// applyPreset shows what the preset makes of its fields in the other fields. Those that
// the user has changed since stay as they are.
func (f *serverForm) applyPreset() {
	if f.presets == nil || f.presets.plain() {
		return
	}
	next, err := f.presets.server()
	if err != nil {
		return // it is reported when the form is read
	}
	old := f.presets.applied
	f.presets.applied = next
	f.options = next.Options
	if f.address.Text == "" || f.address.Text == words.Link(old.Endpoint) {
		f.address.SetText(words.Link(next.Endpoint))
	}
	update := func(entry *form.Entry, old, next string) {
		if entry.Text == old {
			entry.ShowText(next)
		}
	}
	update(f.user, old.Access.User, next.Access.User)
	update(f.chunkMin, sizeText(old.Options.ChunkMin), sizeText(next.Options.ChunkMin))
	update(f.chunkMax, sizeText(old.Options.ChunkMax), sizeText(next.Options.ChunkMax))
	update(f.chunkMultiple, sizeText(old.Options.ChunkMultiple), sizeText(next.Options.ChunkMultiple))
	update(f.metadata, old.Options.Metadata, next.Options.Metadata)
	update(f.allowedHosts, old.Options.AllowedHosts, next.Options.AllowedHosts)
	update(f.linkTemplate, old.Options.LinkTemplate, next.Options.LinkTemplate)
	update(f.idHeaders, old.Options.IDHeaders, next.Options.IDHeaders)
	update(f.uploadPath, old.Options.UploadPath, next.Options.UploadPath)
	if f.folderMode() == old.Options.Folders {
		f.folders.ShowIndex(slices.Index(folderModes, next.Options.Folders))
	}
	if f.given.Checked == old.Options.GivenURL {
		f.given.Checked = next.Options.GivenURL
		f.given.Refresh()
	}
}

// choosePreset prepares the other fields for a preset that was just chosen.
func (f *serverForm) choosePreset() {
	name := f.name.Text
	f.fill(uploader.Server{Access: uploader.Access{SignIn: f.presets.preset.SignIn}})
	f.name.SetText(name)
	f.moreOpen = false
	f.applyPreset()
	f.arrange()
}

// offerPreset offers the preset for the address of a new server.
func (d *serverDialog) offerPreset(address string) {
	if d.presets == nil {
		return
	}
	d.presets.offerFor(address, func() { d.choosePreset(); d.changed() })
	d.resize()
}

// showLimits shows the chunk sizes that a server told, unless the check is outdated.
func (d *serverDialog) showLimits(attempt int, found uploader.Server) {
	typed, err := parseSize(d.chunkMax.Text)
	if attempt == d.attempt && err == nil && typed != found.Options.ChunkMax {
		d.chunkMax.ShowText(sizeText(found.Options.ChunkMax))
	}
}

// askLimits asks a server that was checked for its chunk sizes. err is that of the check.
func (d *serverDialog) askLimits(ctx context.Context, server uploader.Server, secrets *connect.Secrets, err error) uploader.Server {
	if err != nil {
		return server
	}
	return d.access.WithLimits(ctx, server, secrets)
}
