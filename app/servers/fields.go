package servers

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/dustin/go-humanize"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
)

// entries returns the text fields of one line, without those of the preset.
func (f *serverForm) entries() []*form.Entry {
	return []*form.Entry{
		f.user, f.secret, f.ca, f.certificate, f.key, f.proxyAddress, f.proxyUser, f.proxySecret, f.chunkMin, f.chunkMax, f.chunkMultiple,
		f.connections, f.maxFiles, f.limit.Number, f.allowedHosts, f.uploadPath, f.linkTemplate, f.idHeaders,
	}
}

// fill shows a server in the fields.
func (f *serverForm) fill(s uploader.Server) {
	changed := f.changed
	f.changed = func() {}
	defer func() { f.changed = changed }()
	f.address.SetText(words.Link(s.Endpoint) + netx.FingerprintFragment(s.Access.CertificateFingerprint))
	f.name.SetText(s.Name)
	f.signIn.ShowIndex(max(slices.Index(signIns, s.Access.SignIn), 0))
	f.user.ShowText(s.Access.User)
	f.ca.ShowText(s.Access.CA)
	f.certificate.ShowText(s.Access.Certificate)
	f.key.ShowText(s.Access.Key)
	if proxy, err := connect.ParseProxy(s.Access.Proxy); err == nil {
		f.proxy.ShowIndex(max(slices.Index(proxyKinds, proxy.Kind), 0))
		f.proxyAddress.ShowText(proxy.Address)
		f.proxyUser.ShowText(proxy.User)
	}
	if s.Access.SecretName != "" {
		for _, e := range []*form.Entry{f.secret, f.headers, f.proxySecret} {
			e.SetPlaceHolder(words.Text("server.secret.kept"))
		}
	}
	options := s.Options
	f.options = options
	f.chunkMin.ShowText(sizeText(options.ChunkMin))
	f.chunkMax.ShowText(sizeText(options.ChunkMax))
	f.chunkMultiple.ShowText(sizeText(options.ChunkMultiple))
	f.connections.ShowText(countText(options.Connections))
	f.maxFiles.ShowText(countText(options.MaxFiles))
	f.limit.ShowRate(options.Limit)
	f.metadata.ShowText(options.Metadata)
	f.allowedHosts.ShowText(options.AllowedHosts)
	f.uploadPath.ShowText(options.UploadPath)
	f.folders.ShowIndex(max(slices.Index(folderModes, options.Folders), 0))
	f.linkTemplate.ShowText(options.LinkTemplate)
	f.idHeaders.ShowText(options.IDHeaders)
	f.given.SetChecked(options.GivenURL)
	f.checksums.SetChecked(options.Checksums)
	f.override.SetChecked(options.MethodOverride)
	f.oneRequest.SetChecked(options.OneRequest)
	options = options.Chosen()
	options.Preset, options.OverwriteHeader, options.OverwriteQuery = "", "", "" // have no field
	access := s.Access
	f.moreOpen = options != uploader.ServerOptions{} || access.CA+access.Certificate+access.Key+access.Proxy != ""
	f.arrange()
}

// read reads the fields. Its error is a *fieldError.
func (f *serverForm) read() (s uploader.Server, typed connect.Secrets, err error) {
	if f.presets != nil && !f.presets.plain() {
		if _, err := f.presets.server(); err != nil {
			return s, typed, err
		}
	}
	address, err := parseAddress(f.address.Text)
	if err != nil {
		return s, typed, &fieldError{err.Error(), f.address}
	}
	s = uploader.Server{Name: strings.TrimSpace(f.name.Text), Endpoint: address.endpoint}
	if s.Name == "" {
		s.Name = address.host
	}
	if s.Access, typed, err = f.readAccess(); err != nil {
		return s, typed, err
	}
	s.Access.CertificateFingerprint = address.fingerprint
	s.Options, err = f.readOptions()
	return s, typed, err
}

// readAccess reads the sign-in and the connection. Its error is a *fieldError.
func (f *serverForm) readAccess() (a uploader.Access, typed connect.Secrets, err error) {
	a = uploader.Access{
		SignIn: f.kind(), CA: strings.TrimSpace(f.ca.Text), Certificate: strings.TrimSpace(f.certificate.Text), Key: strings.TrimSpace(f.key.Text),
	}
	if a.SignIn == uploader.SignInBasic {
		a.User = f.user.Text
	}
	if typed.SignIn, err = readSecret(a.SignIn, f.user, f.secret, f.headers); err != nil {
		return a, typed, err
	}
	a.Proxy, typed.Proxy, err = f.readProxy()
	return a, typed, err
}

// readSecret reads what was typed for a sign-in: a password, a token or header lines; "" for
// none. Its error is a *fieldError.
func readSecret(kind uploader.SignIn, user, secret, headers *form.Entry) (string, error) {
	switch kind {
	case uploader.SignInBasic:
		if strings.Contains(user.Text, ":") {
			return "", &fieldError{words.Text("server.user.colon"), user}
		}
		return secret.Text, nil
	case uploader.SignInBearer:
		token := strings.TrimSpace(secret.Text)
		if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return "", &fieldError{words.Text("server.token.invalid"), secret}
		}
		return token, nil
	case uploader.SignInHeaders:
		lines := strings.TrimSpace(headers.Text)
		if _, err := connect.ParseHeader(strings.Split(lines, "\n")); err != nil {
			return "", &fieldError{headerText(err), headers}
		}
		return lines, nil
	default:
		return "", nil
	}
}

// readProxy reads the proxy's URL, and its password. Its error is a *fieldError.
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
		return "", "", &fieldError{words.Text("server.proxy.invalid"), f.proxyAddress}
	}
	return u.String(), password, nil
}

// readOptions reads the server options. Its error is a *fieldError.
func (f *serverForm) readOptions() (options uploader.ServerOptions, err error) {
	options = f.options.Chosen() // those without a field stay
	for _, size := range []struct {
		from *form.Entry
		to   *int64
	}{{f.chunkMin, &options.ChunkMin}, {f.chunkMax, &options.ChunkMax}, {f.chunkMultiple, &options.ChunkMultiple}} {
		if *size.to, err = parseSize(size.from.Text); err != nil {
			return options, &fieldError{words.Text("server.size.invalid"), size.from}
		}
	}
	for _, count := range []struct {
		from *form.Entry
		to   *int
	}{{f.connections, &options.Connections}, {f.maxFiles, &options.MaxFiles}} {
		if *count.to, err = parseCount(count.from.Text); err != nil {
			return options, &fieldError{words.Text("server.count.invalid"), count.from}
		}
	}
	rate, ok := f.limit.Rate()
	if !ok {
		return options, &fieldError{words.Text("server.limit.invalid"), f.limit.Number}
	}
	if options.ChunkMax > 0 && (options.ChunkMin > options.ChunkMax || options.ChunkMultiple > options.ChunkMax) {
		return options, &fieldError{words.Text("server.chunk.invalid"), f.chunkMax}
	}
	options.Limit, options.Metadata = rate, strings.TrimSpace(f.metadata.Text)
	options.GivenURL, options.Checksums, options.MethodOverride = f.given.Checked, f.checksums.Checked, f.override.Checked
	options.OneRequest = f.oneRequest.Checked
	if _, err := uploader.ParseMetadata(options.Metadata); err != nil {
		return options, &fieldError{MetadataErrorText(err), f.metadata}
	}
	options.UploadPath, options.Folders = strings.TrimSpace(f.uploadPath.Text), f.folderMode()
	if err := uploader.ParseUploadPath(options.UploadPath); err != nil {
		return options, &fieldError{words.Text("server.upload-path.invalid"), f.uploadPath}
	}
	if options.AllowedHosts, err = parseHosts(f.allowedHosts.Text); err != nil {
		return options, &fieldError{words.Text("server.hosts.invalid"), f.allowedHosts}
	}
	if options.LinkTemplate = strings.TrimSpace(f.linkTemplate.Text); options.LinkTemplate != "" {
		if _, err := uploader.ParseLinkTemplate(options.LinkTemplate); err != nil {
			return options, &fieldError{words.Text("server.link.invalid"), f.linkTemplate}
		}
	}
	names, err := uploader.ParseIDHeaders(f.idHeaders.Text)
	if err != nil {
		return options, &fieldError{words.Text("server.id-headers.invalid"), f.idHeaders}
	}
	options.IDHeaders = strings.Join(names, ", ")
	return options, nil
}

// MetadataErrorText returns the text for an error of [uploader.ParseMetadata].
func MetadataErrorText(err error) string {
	if invalid, ok := errors.AsType[*uploader.MetadataError](err); ok && invalid.Placeholder != "" {
		all := "{" + strings.Join(uploader.Placeholders(), "} {") + "}"
		return words.Text("server.metadata.placeholder", words.Data{"Placeholder": invalid.Placeholder, "All": all})
	}
	return words.Text("server.metadata.invalid")
}

// parseHosts parses hosts that are separated by spaces, commas or semicolons.
func parseHosts(text string) (string, error) {
	hosts := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;，；、", r) })
	for i, host := range hosts {
		var err error
		if hosts[i], err = netx.ParseHost(host); err != nil {
			return "", err
		}
	}
	return strings.Join(hosts, " "), nil
}

// The greatest values that are accepted.
const (
	maxSize  = 1 << 50 // bytes
	maxCount = 64
)

var errInvalidNumber = errors.New("invalid number")

func parseSize(text string) (int64, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	bytes, err := humanize.ParseBytes(text)
	if err != nil || bytes == 0 || bytes > maxSize {
		return 0, errInvalidNumber
	}
	return int64(bytes), nil
}

// sizeText formats a size without rounding, in a form that parseSize accepts; "" for 0.
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
	if err != nil || count < 1 || count > maxCount {
		return 0, errInvalidNumber
	}
	return count, nil
}

func countText(count int) string {
	if count == 0 {
		return ""
	}
	return strconv.Itoa(count)
}
