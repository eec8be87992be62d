package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// The choices of a server's form, in their order.
var (
	signIns    = []uploader.SignIn{uploader.SignInNone, uploader.SignInBearer, uploader.SignInBasic, uploader.SignInHeaders}
	proxyKinds = []netx.ProxyKind{netx.ProxySystem, netx.ProxyNone, netx.ProxyHTTP, netx.ProxyHTTPS, netx.ProxySOCKS5}
)

// serverForm is everything that can be said about a server, in fields. It lives
// on the UI's goroutine.
type serverForm struct {
	reach
	changed func()

	address, name *field
	signIn        *selection
	user, secret  *entry
	headers       *entry

	more                                    *press
	ca, certificate, key                    *entry
	proxy                                   *selection
	proxyAddress, proxyUser, proxySecret    *entry
	chunkMin, chunkMax, chunkMultiple       *entry
	connections, simultaneous               *entry
	limit                                   *rateControl
	override, checksums, given              *tick
	metadata                                *entry
	userRow, secretRow, headersRow, noteRow []fyne.CanvasObject
	proxyRows, moreRows                     []fyne.CanvasObject
	rows, note                              *fyne.Container
	open                                    bool // more is shown
}

// fieldError says in words what is wrong in a field, and in which.
type fieldError struct {
	text string
	in   fyne.Focusable
}

func (e *fieldError) Error() string { return e.text }

func newServerForm(r reach, changed func(), choose func(*entry)) *serverForm {
	f := &serverForm{reach: r, changed: changed, rows: container.New(layout.NewFormLayout()), note: container.NewVBox()}
	typed := func(string) { f.changed() }
	f.address, f.name = newField(r.leave), newField(r.leave)
	f.address.SetPlaceHolder("https://uploads.example.com/files/")
	f.name.SetPlaceHolder(words.Say("server.name.optional"))
	f.row("server.address", f.address)
	f.row("server.name", f.name)
	f.signIn = newSelection(r, labelsOf("server.sign-in.", []string{"none", "bearer", "basic", "headers"}), func(int) { f.arrange(); f.changed() })
	f.signIn.show(0)
	f.user, f.secret = newEntry(r, 20, typed), newEntry(r, 20, typed)
	f.secret.Password = true
	f.headers = newLines(r, 3, typed)
	f.headers.SetPlaceHolder("X-Api-Key: …")
	f.row("server.sign-in", f.signIn)
	f.userRow = f.row("server.user", f.user)
	f.secretRow = f.row("server.secret", f.secret)
	f.headersRow = f.row("server.headers", f.headers)
	f.noteRow = []fyne.CanvasObject{layout.NewSpacer(), f.note}
	f.rows.Objects = append(f.rows.Objects, f.noteRow...)
	f.more = newPress(r, words.Say("server.more"), theme.Icon(theme.IconChevronDown), func() { f.open = !f.open; f.arrange() })
	f.more.Importance = widget.LowImportance
	f.more.Alignment = widget.ButtonAlignLeading
	f.rows.Add(layout.NewSpacer())
	f.rows.Add(container.NewHBox(f.more))
	f.connection(typed, choose)
	f.transfer(typed)
	f.arrange()
	return f
}

// connection makes the fields about the way to the server.
func (f *serverForm) connection(typed func(string), choose func(*entry)) {
	for _, file := range []struct {
		key   string
		entry **entry
	}{{"server.ca", &f.ca}, {"server.certificate", &f.certificate}, {"server.key", &f.key}} {
		path := newEntry(f.reach, 20, typed)
		path.SetPlaceHolder(words.Say(file.key + ".none"))
		*file.entry = path
		button := newPress(f.reach, words.Say("server.choose"), nil, func() { choose(path) })
		f.moreRows = append(f.moreRows, f.row(file.key, container.NewBorder(nil, nil, nil, button, path))...)
	}
	f.proxy = newSelection(f.reach, labelsOf("server.proxy.", []string{"system", "none", "http", "https", "socks5"}), func(int) { f.arrange(); f.changed() })
	f.proxy.show(0)
	f.proxyAddress, f.proxyUser, f.proxySecret = newEntry(f.reach, 20, typed), newEntry(f.reach, 20, typed), newEntry(f.reach, 20, typed)
	f.proxyAddress.SetPlaceHolder("proxy.example.com:3128")
	f.proxyUser.SetPlaceHolder(words.Say("server.optional"))
	f.proxySecret.Password = true
	f.moreRows = append(f.moreRows, f.row("server.proxy", f.proxy)...)
	for _, row := range [][]fyne.CanvasObject{
		f.row("server.proxy.address", f.proxyAddress), f.row("server.proxy.user", f.proxyUser), f.row("server.proxy.secret", f.proxySecret),
	} {
		f.proxyRows = append(f.proxyRows, row...)
	}
}

// transfer makes the fields about how files cross.
func (f *serverForm) transfer(typed func(string)) {
	more := func(key string, control fyne.CanvasObject) { f.moreRows = append(f.moreRows, f.row(key, control)...) }
	number := func(key string, placeholder string) *entry {
		e := newEntry(f.reach, 20, typed)
		e.SetPlaceHolder(placeholder)
		more(key, e)
		return e
	}
	f.chunkMax = number("server.chunk.max", words.Say("server.chunk.max.none"))
	f.chunkMin = number("server.chunk.min", words.Say("server.chunk.min.none"))
	f.chunkMultiple = number("server.chunk.multiple", words.Say("server.chunk.multiple.none"))
	f.connections = number("server.connections", words.Say("server.as-settings"))
	f.simultaneous = number("server.simultaneous", words.Say("server.as-settings"))
	f.limit = newRateControl(f.reach)
	f.limit.changed = func(int64, bool) { f.changed() }
	more("server.limit", f.limit.content)
	f.metadata = newLines(f.reach, 2, typed)
	f.metadata.SetPlaceHolder("objectName {name}")
	more("server.metadata", f.metadata)
	ticked := func(bool) { f.changed() }
	f.given, f.checksums, f.override = newTick(f.reach, ticked), newTick(f.reach, ticked), newTick(f.reach, ticked)
	for key, box := range map[string]*tick{"given": f.given, "checksums": f.checksums, "override": f.override} {
		box.Text = words.Say("server." + key)
	}
	for _, box := range []*tick{f.given, f.checksums, f.override} {
		gap := layout.NewSpacer()
		f.rows.Add(gap)
		f.rows.Add(box)
		f.moreRows = append(f.moreRows, gap, box)
	}
}

// row adds a named field, and returns what it is made of.
func (f *serverForm) row(key string, control fyne.CanvasObject) []fyne.CanvasObject {
	label := widget.NewLabelWithStyle(words.Say(key), fyne.TextAlignTrailing, fyne.TextStyle{})
	f.rows.Add(label)
	f.rows.Add(control)
	return []fyne.CanvasObject{label, control}
}

func labelsOf(beginning string, names []string) []string {
	labels := make([]string, len(names))
	for i, name := range names {
		labels[i] = words.Say(beginning + name)
	}
	return labels
}

func (f *serverForm) kind() uploader.SignIn { return signIns[max(f.signIn.SelectedIndex(), 0)] }

func (f *serverForm) proxyKind() netx.ProxyKind { return proxyKinds[max(f.proxy.SelectedIndex(), 0)] }

func (f *serverForm) ownProxy() bool {
	kind := f.proxyKind()
	return kind != netx.ProxySystem && kind != netx.ProxyNone
}

// arrange shows the fields that belong to what is chosen.
func (f *serverForm) arrange() {
	kind := f.kind()
	show(kind == uploader.SignInBasic, f.userRow...)
	show(kind == uploader.SignInBasic || kind == uploader.SignInBearer, f.secretRow...)
	show(kind == uploader.SignInHeaders, f.headersRow...)
	if label := f.secretRow[0].(*widget.Label); kind == uploader.SignInBearer {
		label.SetText(words.Say("server.token"))
	} else {
		label.SetText(words.Say("server.secret"))
	}
	show(kind != uploader.SignInNone, f.noteRow...)
	show(f.open, f.moreRows...)
	show(f.open && f.ownProxy(), f.proxyRows...)
	icon, label := theme.IconChevronDown, "server.more"
	if f.open {
		icon, label = theme.IconChevronUp, "server.less"
	}
	f.more.Icon = theme.Icon(icon)
	f.more.SetText(words.Say(label))
	f.rows.Refresh()
}

func show(visible bool, objects ...fyne.CanvasObject) {
	for _, object := range objects {
		draw.SetVisible(object, visible)
	}
}
