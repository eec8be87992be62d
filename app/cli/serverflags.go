package cli

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
)

// The values of flags that remove what is saved.
const (
	flagNone   = "none"   // of sizes, rates, files and hosts
	flagSystem = "system" // of --proxy
)

// ServerFlags are the flags that say how a server is used: those of the commands
// "ferry server", and of "ferry send" for one run.
type ServerFlags struct {
	Preset         string   `placeholder:"NAME" help:"${help_preset}"`
	Set            []string `placeholder:"FIELD=VALUE" sep:"none" help:"${help_set}"`
	Metadata       []string `placeholder:"KEY=VALUE" sep:"none" help:"${help_metadata}"`
	ChunkMin       string   `placeholder:"SIZE" help:"${help_chunk_min}"`
	ChunkMultiple  string   `placeholder:"SIZE" help:"${help_chunk_multiple}"`
	Given          *bool    `negatable:"" help:"${help_given}"`
	MethodOverride *bool    `negatable:"" help:"${help_method_override}"`
	Checksums      *bool    `negatable:"" help:"${help_checksums}"`
	OneRequest     *bool    `negatable:"" help:"${help_one_request}"`
	CA             string   `name:"ca" placeholder:"FILE" help:"${help_ca}"`
	Cert           string   `placeholder:"FILE" help:"${help_client_cert}"`
	Key            string   `placeholder:"FILE" help:"${help_client_key}"`
	Proxy          string   `placeholder:"URL|none|system" help:"${help_proxy}"`
	Bearer         bool     `help:"${help_bearer}"`
	User           string   `placeholder:"NAME" help:"${help_user}"`

	UploadFlags
}

// SavedFlags are the flags of a server that is saved, besides [ServerFlags].
type SavedFlags struct {
	Name        string   `placeholder:"NAME" help:"${help_server_name}"`
	ChunkMax    string   `placeholder:"SIZE" help:"${help_chunk_max}"`
	Connections *int     `placeholder:"N" help:"${help_connections}"`
	Files       *int     `placeholder:"N" help:"${help_files}"`
	Limit       string   `placeholder:"RATE" help:"${help_limit}"`
	AllowHost   []string `placeholder:"HOST" sep:"none" help:"${help_allow_host}"`
}

// change returns what the flags change of a server. It fails with a *[UsageError].
func (f *ServerFlags) change() (c instance.ServerChange, err error) {
	if f.Bearer && f.User != "" {
		return c, usageError("cli.usage.sign-in", nil)
	}
	if strings.Contains(f.User, ":") {
		return c, usageError("cli.usage.user", nil)
	}
	c.GivenURL, c.MethodOverride, c.Checksums, c.OneRequest = f.Given, f.MethodOverride, f.Checksums, f.OneRequest
	switch {
	case f.Bearer:
		c.SignIn = new(uploader.SignInBearer)
	case f.User != "":
		c.SignIn, c.User = new(uploader.SignInBasic), &f.User
	}
	c.Metadata = f.Metadata
	if slices.Equal(f.Metadata, []string{flagNone}) {
		c.NoMetadata, c.Metadata = true, nil
	}
	if err := checkMetadata(c.Metadata); err != nil {
		return c, err
	}
	if c.ChunkMin, err = changedSize("--chunk-min", f.ChunkMin); err != nil {
		return c, err
	}
	if c.ChunkMultiple, err = changedSize("--chunk-multiple", f.ChunkMultiple); err != nil {
		return c, err
	}
	return c, errors.Join(f.readFiles(&c), f.readProxy(&c), f.setOptions(&c))
}

// checkMetadata validates the values of --metadata.
func checkMetadata(lines []string) error {
	for _, line := range lines {
		_, err := uploader.ParseMetadata(line)
		invalid, _ := errors.AsType[*uploader.MetadataError](err)
		switch {
		case invalid != nil && invalid.Placeholder != "":
			return usageError("cli.usage.metadata.placeholder", words.Data{"Placeholder": words.Printable(invalid.Placeholder)})
		case err != nil, strings.TrimSpace(line) == "", strings.ContainsAny(line, "\r\n"):
			return usageError("cli.usage.metadata", words.Data{"Typed": words.Printable(metadataKey(line))})
		}
	}
	return nil
}

// metadataKey returns the key of a line of a metadata template.
func metadataKey(line string) string {
	line = strings.TrimSpace(line)
	if end := strings.IndexAny(line, "= "); end >= 0 {
		return line[:end]
	}
	return line
}

// readFiles sets the certificate files, with absolute paths.
func (f *ServerFlags) readFiles(c *instance.ServerChange) error {
	if f.Key != "" && f.Key != flagNone && f.Cert == "" {
		return usageError("cli.usage.client-key", nil)
	}
	for _, file := range []struct {
		typed string
		to    **string
	}{{f.CA, &c.CA}, {f.Cert, &c.ClientCert}, {f.Key, &c.ClientKey}} {
		path := file.typed
		switch path {
		case "":
			continue
		case flagNone:
			path = ""
		default:
			absolute, err := filepath.Abs(path)
			if err != nil {
				return err
			}
			path = absolute
		}
		*file.to = &path
	}
	if c.ClientCert != nil && c.ClientKey == nil {
		c.ClientKey = new("") // that of the certificate before does not fit
	}
	return nil
}

// readProxy sets the proxy.
func (f *ServerFlags) readProxy(c *instance.ServerChange) error {
	proxy := f.Proxy
	switch proxy {
	case "":
		return nil
	case flagSystem:
		proxy = ""
	}
	if _, err := connect.ParseProxy(proxy); err != nil {
		return usageError("cli.usage.proxy", words.Data{"Typed": words.Address(f.Proxy)})
	}
	c.Proxy = &proxy
	return nil
}

// add adds what the flags change of a saved server. It fails with a *[UsageError].
func (f *SavedFlags) add(c *instance.ServerChange) (err error) {
	if f.Name != "" {
		name := strings.TrimSpace(f.Name)
		if name == "" || isURL(name) || name != words.Printable(name) {
			return usageError("cli.usage.server-name", words.Data{"Name": words.Printable(f.Name)})
		}
		c.Name = &name
	}
	if c.ChunkMax, err = changedSize("--chunk-max", f.ChunkMax); err != nil {
		return err
	}
	if c.Limit, err = changedSize("--limit", strings.TrimSuffix(f.Limit, "/s")); err != nil {
		return err
	}
	if err := errors.Join(checkCount("--connections", f.Connections, maxConnections), checkCount("--files", f.Files, maxFiles)); err != nil {
		return err
	}
	c.Connections, c.MaxFiles = f.Connections, f.Files
	c.Hosts, c.NoHosts = f.AllowHost, slices.Equal(f.AllowHost, []string{flagNone})
	if c.NoHosts {
		c.Hosts = nil
	}
	hosts, err := parseHosts(c.Hosts)
	c.Hosts = strings.Fields(hosts)
	return err
}

// changedSize parses a size as parseSize does; "none" is 0, and nothing is nil.
func changedSize(flag, text string) (*int64, error) {
	switch text {
	case "":
		return nil, nil
	case flagNone:
		return new(int64(0)), nil
	}
	size, err := parseSize(flag, text)
	return &size, err
}

// checkCount validates a number; 0 removes what is saved.
func checkCount(flag string, n *int, most int) error {
	if n != nil && (*n < 0 || *n > most) {
		return usageError("cli.usage.count", words.Data{"Flag": flag, "Most": most})
	}
	return nil
}

// fromPreset returns the server that the preset of the flags makes of --set and of an
// address, which may be ""; nil without a preset. It fails with a *[UsageError].
func (f *ServerFlags) fromPreset(address string) (*uploader.Server, error) {
	if f.Preset == "" {
		if len(f.Set) > 0 {
			return nil, usageError("cli.usage.set", nil)
		}
		return nil, nil
	}
	preset, ok := presets.ByName(f.Preset)
	if !ok {
		return nil, usageError("cli.usage.preset", words.Data{"Name": words.Printable(f.Preset), "Known": presetNames()})
	}
	values, err := f.presetValues(preset, address)
	if err != nil {
		return nil, err
	}
	server, err := preset.Server(values)
	if invalid, ok := errors.AsType[*presets.FieldError](err); ok {
		return nil, presetFieldError(preset, invalid)
	}
	return &server, err
}

// presetValues returns the values of a preset's fields: of --set, and those that the address
// contains.
func (f *ServerFlags) presetValues(preset presets.Preset, address string) (presets.Values, error) {
	values := presets.Values{}
	if found, recognised, ok := presets.Recognise(address); ok && found.Name == preset.Name {
		values = recognised
	} else if address != "" {
		i := slices.IndexFunc(preset.Fields, func(field presets.Field) bool { return field.Name == "address" || field.Name == "url" })
		if i < 0 {
			return nil, usageError("cli.usage.preset.address", words.Data{"Name": preset.Name, "URL": words.Address(address), "Fields": fieldNames(preset)})
		}
		values[preset.Fields[i].Name] = address
	}
	for _, set := range f.Set {
		name, value, ok := strings.Cut(set, "=")
		if !ok {
			return nil, usageError("cli.usage.set.form", words.Data{"Typed": words.Printable(set)})
		}
		values[strings.TrimSpace(name)] = value
	}
	return values, nil
}

func presetFieldError(preset presets.Preset, invalid *presets.FieldError) error {
	data := words.Data{"Name": preset.Name, "Field": words.Printable(invalid.Field), "Fields": fieldNames(preset)}
	i := slices.IndexFunc(preset.Fields, func(field presets.Field) bool { return field.Name == invalid.Field })
	if i < 0 {
		return usageError("cli.usage.preset.unknown", data)
	}
	field := preset.Fields[i]
	data["Help"], data["Example"] = words.Text(preset.FieldKey(field)+".help"), field.Example
	if len(field.Choices) > 0 {
		data["Example"] = strings.Join(field.Choices, ", ")
	}
	return usageError("cli.usage.preset.field", data)
}

// presetNames returns the names of all presets, separated by commas.
func presetNames() string {
	var names []string
	for _, preset := range presets.All() {
		names = append(names, preset.Name)
	}
	return strings.Join(names, ", ")
}

// fieldNames returns the names of a preset's fields, separated by commas.
func fieldNames(preset presets.Preset) string {
	names := make([]string, len(preset.Fields))
	for i, field := range preset.Fields {
		names[i] = field.Name
	}
	return strings.Join(names, ", ")
}

// setAddress sets the endpoint of a change, and the fingerprint of a certificate in the
// fragment of the URL. It fails with a *[UsageError].
func setAddress(c *instance.ServerChange, address string) error {
	endpoint, header, err := parseAddress(address, nil)
	if err != nil {
		return err
	}
	if len(header) > 0 {
		return usageError("cli.usage.address.user", words.Data{"URL": words.Address(address)})
	}
	fingerprint := fingerprintOf(address)
	c.Endpoint, c.Certificate = &endpoint, &fingerprint
	return nil
}

// checkServer validates the options of a server, as changes of single options may not fit
// each other. It fails with a *[UsageError].
func checkServer(s uploader.Server) error {
	o := s.Options
	smallest := min(o.ChunkMin, o.ChunkMax, o.ChunkMultiple, o.Limit, int64(o.Connections), int64(o.MaxFiles))
	_, metadataErr := uploader.ParseMetadata(o.Metadata)
	_, proxyErr := connect.ParseProxy(s.Access.Proxy)
	known := slices.Contains([]uploader.SignIn{uploader.SignInNone, uploader.SignInBearer, uploader.SignInBasic, uploader.SignInHeaders}, s.Access.SignIn)
	for host := range strings.FieldsSeq(o.AllowedHosts) {
		if _, err := netx.ParseHost(host); err != nil {
			return usageError("cli.usage.allow-host", words.Data{"Host": words.Printable(host)})
		}
	}
	switch {
	case o.ChunkMax > 0 && (o.ChunkMin > o.ChunkMax || o.ChunkMultiple > o.ChunkMax):
		return usageError("cli.usage.chunk", nil)
	case smallest < 0, metadataErr != nil, proxyErr != nil, !known, strings.Contains(s.Access.User, ":"):
		return usageError("cli.usage.server", nil)
	}
	return checkUploadOptions(o)
}
