package servers

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/widgets/dialog"
	"github.com/ferryapp/ferry/widgets/theme"
)

// The options of the drop-down lists, in order.
var (
	signIns     = []uploader.SignIn{uploader.SignInNone, uploader.SignInBearer, uploader.SignInBasic, uploader.SignInHeaders}
	folderModes = []uploader.FolderMode{uploader.FoldersInMetadata, uploader.FoldersByMKCOL, uploader.FoldersFlat}
	proxyKinds  = []netx.ProxyKind{netx.ProxySystem, netx.ProxyNone, netx.ProxyHTTP, netx.ProxyHTTPS, netx.ProxySOCKS5}
)

// serverForm is the fields of the server dialog. It must be used on the UI goroutine.
type serverForm struct {
	form.Host
	changed func()                 // called after the user's changes
	presets *presetForm            // nil for a server that exists
	options uploader.ServerOptions // those without a field are kept

	address, name *form.Field
	signIn        *form.Select
	user, secret  *form.Entry
	headers       *form.Entry

	moreButton                              *form.Button
	ca, certificate, key                    *form.Entry
	proxy                                   *form.Select
	proxyAddress, proxyUser, proxySecret    *form.Entry
	chunkMin, chunkMax, chunkMultiple       *form.Entry
	connections, maxFiles                   *form.Entry
	limit                                   *form.RateField
	override, checksums, given, oneRequest  *form.Checkbox
	metadata, allowedHosts, uploadPath      *form.Entry
	folders                                 *form.Select
	addressRow, nameRow, signInRow          []fyne.CanvasObject
	linkTemplate, idHeaders                 *form.Entry
	userRow, secretRow, headersRow, noteRow []fyne.CanvasObject
	signInHelp                              *dialog.Paragraph
	helpRow, moreButtonRow                  []fyne.CanvasObject
	proxyRows, moreRows                     []fyne.CanvasObject
	rows, note                              *fyne.Container
	moreOpen                                bool // the fields below the button are shown
	signInAsked                             bool // the fields of the sign-in are shown, although none is chosen yet
}

// fieldError is why the content of a field is invalid, in the user's language.
type fieldError struct {
	text  string
	field fyne.Focusable
}

func (e *fieldError) Error() string { return e.text }

// newServerForm returns empty fields. withPresets adds those of presets.
func newServerForm(host form.Host, withPresets bool, changed func(), choose func(*form.Entry)) *serverForm {
	f := &serverForm{Host: host, changed: changed, rows: container.New(layout.NewFormLayout()), note: container.NewVBox()}
	typed := func(string) { f.changed() }
	f.address, f.name = form.NewField(host.Close), form.NewField(host.Close)
	f.address.SetPlaceHolder("https://uploads.example.com/files/")
	f.name.SetPlaceHolder(words.Text("server.name.optional"))
	f.addressRow = row("server.address", f.address)
	f.nameRow = row("server.name", f.name)
	f.signIn = form.NewSelect(host, optionLabels("server.sign-in.", []string{"none", "bearer", "basic", "headers"}), func(int) { f.arrange(); f.changed() })
	f.signIn.ShowIndex(0)
	f.user, f.secret = form.NewEntry(host, 20, typed), form.NewEntry(host, 20, typed)
	f.secret.Password = true
	f.headers = form.NewMultilineEntry(host, 3, typed)
	f.headers.SetPlaceHolder("X-Api-Key: …")
	f.signInRow = row("server.sign-in", f.signIn)
	f.userRow = row("server.user", f.user)
	f.secretRow = row("server.secret", f.secret)
	f.headersRow = row("server.headers", f.headers)
	f.signInHelp = dialog.NewParagraph("")
	f.helpRow = []fyne.CanvasObject{layout.NewSpacer(), belowControl(f.signInHelp)}
	f.noteRow = []fyne.CanvasObject{layout.NewSpacer(), f.note}
	f.moreButton = form.NewButton(host, words.Text("server.more"), theme.Icon(theme.IconChevronDown), func() { f.moreOpen = !f.moreOpen; f.arrange() })
	f.moreButton.Importance = widget.LowImportance
	f.moreButton.Alignment = widget.ButtonAlignLeading
	f.moreButtonRow = []fyne.CanvasObject{layout.NewSpacer(), container.NewHBox(f.moreButton)}
	f.addConnection(typed, choose)
	f.addTransfer(typed)
	if withPresets {
		f.presets = newPresetForm(host, func() { f.choosePreset(); f.changed() }, func() { f.applyPreset(); f.changed() })
	}
	f.arrange()
	return f
}

// addConnection adds the fields about the connection.
func (f *serverForm) addConnection(typed func(string), choose func(*form.Entry)) {
	for _, file := range []struct {
		key   string
		entry **form.Entry
	}{{"server.ca", &f.ca}, {"server.certificate", &f.certificate}, {"server.key", &f.key}} {
		path := form.NewEntry(f.Host, 20, typed)
		path.SetPlaceHolder(words.Text(file.key + ".none"))
		*file.entry = path
		button := form.NewButton(f.Host, words.Text("server.choose"), nil, func() { choose(path) })
		f.moreRows = append(f.moreRows, row(file.key, container.NewBorder(nil, nil, nil, button, path))...)
	}
	f.proxy = form.NewSelect(f.Host, optionLabels("server.proxy.", []string{"system", "none", "http", "https", "socks5"}), func(int) { f.arrange(); f.changed() })
	f.proxy.ShowIndex(0)
	f.proxyAddress, f.proxyUser, f.proxySecret = form.NewEntry(f.Host, 20, typed), form.NewEntry(f.Host, 20, typed), form.NewEntry(f.Host, 20, typed)
	f.proxyAddress.SetPlaceHolder("proxy.example.com:3128")
	f.proxyUser.SetPlaceHolder(words.Text("server.optional"))
	f.proxySecret.Password = true
	f.moreRows = append(f.moreRows, row("server.proxy", f.proxy)...)
	for _, row := range [][]fyne.CanvasObject{
		row("server.proxy.address", f.proxyAddress), row("server.proxy.user", f.proxyUser), row("server.proxy.secret", f.proxySecret),
	} {
		f.proxyRows = append(f.proxyRows, row...)
	}
	f.moreRows = append(f.moreRows, f.proxyRows...)
}

// addTransfer adds the fields about uploading.
func (f *serverForm) addTransfer(typed func(string)) {
	add := func(key string, control fyne.CanvasObject) {
		f.moreRows = append(f.moreRows, row(key, control)...)
	}
	entry := func(key string, placeholder string) *form.Entry {
		e := form.NewEntry(f.Host, 20, typed)
		e.SetPlaceHolder(placeholder)
		add(key, e)
		return e
	}
	f.chunkMax = entry("server.chunk.max", words.Text("server.chunk.max.none"))
	f.chunkMin = entry("server.chunk.min", words.Text("server.chunk.min.none"))
	f.chunkMultiple = entry("server.chunk.multiple", words.Text("server.chunk.multiple.none"))
	f.connections = entry("server.connections", words.Text("server.as-settings"))
	f.maxFiles = entry("server.simultaneous", words.Text("server.as-settings"))
	f.limit = form.NewRateField(f.Host)
	f.limit.Changed = func(int64, bool) { f.changed() }
	add("server.limit", f.limit.Content)
	f.metadata = form.NewMultilineEntry(f.Host, 2, typed)
	f.metadata.SetPlaceHolder("objectName={path}")
	add("server.metadata", f.metadata)
	f.uploadPath = entry("server.upload-path", words.Text("server.upload-path.none"))
	f.folders = form.NewSelect(f.Host, optionLabels("server.folders.", []string{"metadata", "mkcol", "flat"}), func(int) { f.changed() })
	f.folders.ShowIndex(0)
	add("server.folders", f.folders)
	f.allowedHosts = entry("server.hosts", words.Text("server.hosts.none"))
	f.linkTemplate = entry("server.link", "https://…/{id}")
	f.idHeaders = entry("server.id-headers", strings.Join(tus.DefaultIDHeaders(), ", "))
	toggled := func(bool) { f.changed() }
	checkbox := func(key string) *form.Checkbox {
		box := form.NewCheckbox(f.Host, toggled)
		box.Text = words.Text("server." + key)
		f.moreRows = append(f.moreRows, layout.NewSpacer(), box)
		return box
	}
	f.given, f.checksums = checkbox("given"), checkbox("checksums")
	f.override, f.oneRequest = checkbox("override"), checkbox("one-request")
	f.moreRows = append(f.moreRows, layout.NewSpacer(), belowControl(dialog.NewParagraph(words.Text("server.one-request.help"))))
}

// row returns a label and a control.
func row(key string, control fyne.CanvasObject) []fyne.CanvasObject {
	return []fyne.CanvasObject{rowLabel(key), control}
}

// optionLabels returns the translations of the keys that consist of prefix and a name.
func optionLabels(prefix string, names []string) []string {
	labels := make([]string, len(names))
	for i, name := range names {
		labels[i] = words.Text(prefix + name)
	}
	return labels
}

func (f *serverForm) kind() uploader.SignIn { return signIns[max(f.signIn.SelectedIndex(), 0)] }

func (f *serverForm) proxyKind() netx.ProxyKind { return proxyKinds[max(f.proxy.SelectedIndex(), 0)] }

func (f *serverForm) hasProxyAddress() bool {
	kind := f.proxyKind()
	return kind != netx.ProxySystem && kind != netx.ProxyNone
}

func (f *serverForm) folderMode() uploader.FolderMode {
	return folderModes[max(f.folders.SelectedIndex(), 0)]
}

// arrangeRows puts the rows in order: what only the user knows comes first, and the
// address is part of it unless a preset makes it. What a new server rarely needs is below the
// button, such as its name and a sign-in that it has not asked for.
func (f *serverForm) arrangeRows() {
	signIn := slices.Concat(f.signInRow, f.userRow, f.secretRow, f.headersRow, f.helpRow, f.noteRow)
	switch {
	case f.presets == nil:
		f.rows.Objects = slices.Concat(f.addressRow, f.nameRow, signIn, f.moreButtonRow, f.moreRows)
	case f.presets.plain():
		first := slices.Concat(f.presets.rows, f.addressRow, f.presets.offer)
		if f.moreOpen {
			f.rows.Objects = slices.Concat(first, f.moreButtonRow, f.nameRow, signIn, f.moreRows)
		} else {
			f.rows.Objects = slices.Concat(first, f.nameRow, signIn, f.moreButtonRow, f.moreRows)
		}
	default:
		f.signInHelp.Set(words.Text(f.presets.preset.TextKey()+".sign-in"), theme.Muted)
		shown := slices.Concat(f.presets.rows, f.userRow, f.secretRow, f.headersRow, f.helpRow, f.noteRow)
		if f.moreOpen {
			shown = slices.Concat(shown, f.moreButtonRow, f.nameRow)
		} else {
			shown = slices.Concat(shown, f.nameRow, f.moreButtonRow)
		}
		f.rows.Objects = slices.Concat(shown, f.addressRow, f.signInRow, f.moreRows)
	}
}

// arrange shows the fields that belong to the selected options, and hides the others.
func (f *serverForm) arrange() {
	f.arrangeRows()
	kind := f.kind()
	preset := f.presets != nil && !f.presets.plain()
	form.SetVisible(!preset || f.moreOpen, f.addressRow...)
	form.SetVisible(f.presets == nil || f.moreOpen || f.name.Text != "", f.nameRow...)
	form.SetVisible(f.presets == nil || f.moreOpen || !preset && (f.signInAsked || kind != uploader.SignInNone), f.signInRow...)
	form.SetVisible(kind == uploader.SignInBasic && (!preset || !f.presets.asksFor("user") || f.moreOpen), f.userRow...)
	form.SetVisible(kind == uploader.SignInBasic || kind == uploader.SignInBearer, f.secretRow...)
	form.SetVisible(kind == uploader.SignInHeaders, f.headersRow...)
	if label := f.secretRow[0].(*widget.Label); kind == uploader.SignInBearer {
		label.SetText(words.Text("server.token"))
	} else {
		label.SetText(words.Text("server.secret"))
	}
	form.SetVisible(preset && kind != uploader.SignInNone && kind == f.presets.preset.SignIn, f.helpRow...)
	form.SetVisible(kind != uploader.SignInNone, f.noteRow...)
	form.SetVisible(f.moreOpen, f.moreRows...)
	form.SetVisible(f.moreOpen && f.hasProxyAddress(), f.proxyRows...)
	icon, label := theme.IconChevronDown, "server.more"
	if f.moreOpen {
		icon, label = theme.IconChevronUp, "server.less"
	}
	f.moreButton.Icon = theme.Icon(icon)
	f.moreButton.SetText(words.Text(label))
	f.rows.Refresh()
}
