package app

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
	"github.com/dustin/go-humanize"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/widgets"
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
		widgets.SetVisible(object, visible)
	}
}

// fill shows a server as it is.
func (f *serverForm) fill(s uploader.Server) {
	changed := f.changed
	f.changed = func() {}
	defer func() { f.changed = changed }()
	f.address.SetText(s.Endpoint)
	f.name.SetText(s.Name)
	f.signIn.show(max(slices.Index(signIns, s.Access.SignIn), 0))
	f.user.show(s.Access.User)
	f.ca.show(s.Access.CA)
	f.certificate.show(s.Access.Certificate)
	f.key.show(s.Access.Key)
	if proxy, err := connect.ParseProxy(s.Access.Proxy); err == nil {
		f.proxy.show(max(slices.Index(proxyKinds, proxy.Kind), 0))
		f.proxyAddress.show(proxy.Address)
		f.proxyUser.show(proxy.User)
	}
	if s.Access.Secret != "" {
		for _, e := range []*entry{f.secret, f.headers, f.proxySecret} {
			e.SetPlaceHolder(words.Say("server.secret.kept"))
		}
	}
	p := s.Profile
	f.chunkMin.show(sizeText(p.ChunkMin))
	f.chunkMax.show(sizeText(p.ChunkMax))
	f.chunkMultiple.show(sizeText(p.ChunkMultiple))
	f.connections.show(countText(p.Connections))
	f.simultaneous.show(countText(p.Simultaneous))
	f.limit.show(p.Limit)
	f.metadata.show(p.Metadata)
	f.given.SetChecked(p.Given)
	f.checksums.SetChecked(p.Checksums)
	f.override.SetChecked(p.MethodOverride)
	p.BodyMost = 0
	a := s.Access
	f.open = p != uploader.Profile{} || a.CA+a.Certificate+a.Proxy != ""
	f.arrange()
}

// read understands what is typed. It fails with a *fieldError or an
// *addressError.
func (f *serverForm) read() (s uploader.Server, typed connect.Secrets, err error) {
	good, err := parseAddress(f.address.Text)
	if err != nil {
		return s, typed, &fieldError{err.Error(), f.address}
	}
	s = uploader.Server{Name: strings.TrimSpace(f.name.Text), Endpoint: good.endpoint}
	if s.Name == "" {
		s.Name = good.host
	}
	if s.Access, typed, err = f.readAccess(); err != nil {
		return s, typed, err
	}
	s.Profile, err = f.readProfile()
	return s, typed, err
}

func (f *serverForm) readAccess() (a uploader.Access, typed connect.Secrets, err error) {
	a = uploader.Access{
		SignIn: f.kind(), CA: strings.TrimSpace(f.ca.Text), Certificate: strings.TrimSpace(f.certificate.Text), Key: strings.TrimSpace(f.key.Text),
	}
	switch a.SignIn {
	case uploader.SignInBasic:
		a.User, typed.SignIn = f.user.Text, f.secret.Text
		if strings.Contains(a.User, ":") {
			return a, typed, &fieldError{words.Say("server.user.colon"), f.user}
		}
	case uploader.SignInBearer:
		typed.SignIn = strings.TrimSpace(f.secret.Text)
		if strings.ContainsFunc(typed.SignIn, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return a, typed, &fieldError{words.Say("server.token.invalid"), f.secret}
		}
	case uploader.SignInHeaders:
		typed.SignIn = strings.TrimSpace(f.headers.Text)
		if _, err := connect.ParseHeader(strings.Split(typed.SignIn, "\n")); err != nil {
			return a, typed, &fieldError{words.Say("server.headers.invalid"), f.headers}
		}
	}
	switch f.proxyKind() {
	case netx.ProxySystem:
	case netx.ProxyNone:
		a.Proxy = string(netx.ProxyNone)
	default:
		address := strings.TrimSpace(f.proxyAddress.Text)
		if _, rest, ok := strings.Cut(address, "://"); ok {
			address = rest
		}
		proxy := url.URL{Scheme: string(f.proxyKind()), Host: strings.TrimSuffix(address, "/")}
		if user := strings.TrimSpace(f.proxyUser.Text); user != "" {
			proxy.User = url.User(user)
			typed.Proxy = f.proxySecret.Text
		}
		a.Proxy = proxy.String()
		if _, err := connect.ParseProxy(a.Proxy); err != nil {
			return a, typed, &fieldError{words.Say("server.proxy.invalid"), f.proxyAddress}
		}
	}
	return a, typed, nil
}

func (f *serverForm) readProfile() (p uploader.Profile, err error) {
	for _, size := range []struct {
		from *entry
		to   *int64
	}{{f.chunkMin, &p.ChunkMin}, {f.chunkMax, &p.ChunkMax}, {f.chunkMultiple, &p.ChunkMultiple}} {
		if *size.to, err = parseSize(size.from.Text); err != nil {
			return p, &fieldError{words.Say("server.size.invalid"), size.from}
		}
	}
	for _, count := range []struct {
		from *entry
		to   *int
	}{{f.connections, &p.Connections}, {f.simultaneous, &p.Simultaneous}} {
		if *count.to, err = parseCount(count.from.Text); err != nil {
			return p, &fieldError{words.Say("server.count.invalid"), count.from}
		}
	}
	rate, good := f.limit.rate()
	if !good {
		return p, &fieldError{words.Say("server.limit.invalid"), f.limit.number}
	}
	if p.ChunkMax > 0 && (p.ChunkMin > p.ChunkMax || p.ChunkMultiple > p.ChunkMax) {
		return p, &fieldError{words.Say("server.chunk.invalid"), f.chunkMax}
	}
	p.Limit, p.Metadata = rate, strings.TrimSpace(f.metadata.Text)
	p.Given, p.Checksums, p.MethodOverride = f.given.Checked, f.checksums.Checked, f.override.Checked
	if _, err := uploader.ParseMetadata(p.Metadata); err != nil {
		return p, &fieldError{words.Say("server.metadata.invalid"), f.metadata}
	}
	return p, nil
}

// mostTyped is a size or number that nobody means.
const (
	mostSize  = 1 << 50
	mostCount = 64
)

var errTyped = errors.New("not a number that makes sense")

func parseSize(text string) (int64, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	bytes, err := humanize.ParseBytes(text)
	if err != nil || bytes == 0 || bytes > mostSize {
		return 0, errTyped
	}
	return int64(bytes), nil
}

// sizeText is a size as it can be typed, exactly.
func sizeText(bytes int64) string {
	for _, unit := range []struct {
		name  string
		bytes int64
	}{{" GiB", 1 << 30}, {" MiB", 1 << 20}, {" MB", 1e6}, {" KiB", 1 << 10}} {
		if bytes > 0 && bytes%unit.bytes == 0 {
			return strconv.FormatInt(bytes/unit.bytes, 10) + unit.name
		}
	}
	if bytes == 0 {
		return ""
	}
	return strconv.FormatInt(bytes, 10)
}

func parseCount(text string) (int, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	count, err := strconv.Atoi(text)
	if err != nil || count < 1 || count > mostCount {
		return 0, errTyped
	}
	return count, nil
}

func countText(count int) string {
	if count == 0 {
		return ""
	}
	return strconv.Itoa(count)
}
