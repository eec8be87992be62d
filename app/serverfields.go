package app

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
)

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

// readAccess fails with a *fieldError.
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
	a.Proxy, typed.Proxy, err = f.readProxy()
	return a, typed, err
}

// readProxy returns the proxy's address, and the password for it.
func (f *serverForm) readProxy() (proxy, password string, err error) {
	switch f.proxyKind() {
	case netx.ProxySystem:
		return "", "", nil
	case netx.ProxyNone:
		return string(netx.ProxyNone), "", nil
	}
	address := strings.TrimSpace(f.proxyAddress.Text)
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	u := url.URL{Scheme: string(f.proxyKind()), Host: strings.TrimSuffix(address, "/")}
	if user := strings.TrimSpace(f.proxyUser.Text); user != "" {
		u.User, password = url.User(user), f.proxySecret.Text
	}
	if _, err := connect.ParseProxy(u.String()); err != nil {
		return "", "", &fieldError{words.Say("server.proxy.invalid"), f.proxyAddress}
	}
	return u.String(), password, nil
}

// readProfile fails with a *fieldError.
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

// Sizes and numbers above these are not meant.
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
