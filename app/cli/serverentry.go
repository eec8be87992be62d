package cli

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// ServerEntry is one server in the list, without secrets. Sizes are in bytes.
type ServerEntry struct {
	ID         uploader.ServerID `json:"id"`
	Name       string            `json:"name"`
	URL        string            `json:"url,omitempty"` // without a query; "" for this computer
	Builtin    bool              `json:"builtin,omitempty"`
	Unfinished int               `json:"unfinished"` // uploads

	SignIn  string `json:"sign_in"` // none, bearer, basic or headers
	User    string `json:"user,omitempty"`
	Proxy   string `json:"proxy,omitempty"`
	CA      string `json:"ca,omitempty"`
	Cert    string `json:"cert,omitempty"`
	Key     string `json:"key,omitempty"` // path
	SHA256  string `json:"certificate_sha256,omitempty"`
	Preset  string `json:"preset,omitempty"`
	Given   bool   `json:"given,omitempty"`
	Removed bool   `json:"removed,omitempty"` // by this command

	ChunkMin       int64    `json:"chunk_min,omitempty"`
	ChunkMax       int64    `json:"chunk_max,omitempty"`
	ChunkMultiple  int64    `json:"chunk_multiple,omitempty"`
	Connections    int      `json:"connections,omitempty"`
	Files          int      `json:"files,omitempty"`
	Limit          int64    `json:"limit,omitempty"` // bytes per second
	Metadata       []string `json:"metadata,omitempty"`
	AllowedHosts   []string `json:"allowed_hosts,omitempty"`
	MethodOverride bool     `json:"method_override,omitempty"`
	Checksums      bool     `json:"checksums,omitempty"`
	OneRequest     bool     `json:"one_request,omitempty"`

	UploadPath string `json:"upload_path,omitempty"`
	Folders    string `json:"folders,omitempty"`
	Overwrite  string `json:"overwrite_with,omitempty"`
	Link       string `json:"link,omitempty"`
	IDHeaders  string `json:"id_headers,omitempty"`
}

// newServerEntry returns the entry for a server of s.
func newServerEntry(s *uploader.Snapshot, server uploader.Server) *ServerEntry {
	o, a := server.Options, server.Access
	e := &ServerEntry{
		ID: server.ID, Name: words.Server(server), URL: words.Address(server.Endpoint), Builtin: server.Builtin(), Unfinished: len(unfinished(s, server.ID)),
		SignIn: string(a.SignIn), User: a.User, Proxy: a.Proxy, CA: a.CA, Cert: a.Certificate, Key: a.Key, SHA256: a.CertificateFingerprint,
		Preset: o.Preset, Given: o.GivenURL, ChunkMin: o.ChunkMin, ChunkMax: o.ChunkMax, ChunkMultiple: o.ChunkMultiple,
		Connections: o.Connections, Files: o.MaxFiles, Limit: o.Limit, Metadata: shownMetadata(o.Metadata),
		AllowedHosts: strings.Fields(o.AllowedHosts), MethodOverride: o.MethodOverride, Checksums: o.Checksums, OneRequest: o.OneRequest,
		UploadPath: o.UploadPath, Folders: string(o.Folders), Overwrite: overwriteText(o), Link: o.LinkTemplate, IDHeaders: o.IDHeaders,
	}
	if e.SignIn == "" {
		e.SignIn = flagNone
	}
	if e.Builtin { // it has a secret, and is another one in each run
		e.URL = ""
	}
	return e
}

// shownMetadata returns the lines of a metadata template. Values that are usually secrets,
// such as tokens, are replaced by an ellipsis.
func shownMetadata(template string) []string {
	var lines []string
	for line := range strings.SplitSeq(template, "\n") {
		key := metadataKey(line)
		switch {
		case key == "":
		case isSecretName(key) && strings.TrimSpace(line) != key && !strings.HasSuffix(line, "="):
			lines = append(lines, words.Printable(key)+"=…")
		default:
			lines = append(lines, words.Printable(strings.TrimSpace(line)))
		}
	}
	return lines
}

// unfinished returns the unfinished transfers to a server.
func unfinished(s *uploader.Snapshot, server uploader.ServerID) []uploader.TransferID {
	var ids []uploader.TransferID
	for _, row := range s.Transfers.Rows() {
		if row.Server() == server && !row.Phase().Final() {
			ids = append(ids, row.ID())
		}
	}
	return ids
}

// ListSavedServers lists the servers of a profile for which no engine runs.
func ListSavedServers(saved uploader.Saved, reply func(Reply) error) error {
	return listServers(&uploader.Snapshot{Servers: saved.Servers, Transfers: saved.Transfers}, reply)
}

func listServers(s *uploader.Snapshot, reply func(Reply) error) error {
	for _, server := range s.Servers {
		if err := reply(Reply{Server: newServerEntry(s, server)}); err != nil {
			return err
		}
	}
	return nil
}

// text returns the entry as text for people: a line, and one for each option.
func (e *ServerEntry) text() string {
	key := "cli.server.entry"
	switch {
	case e.Removed:
		return words.Text("cli.server.removed", words.Data{"Name": e.Name})
	case e.Builtin:
		return e.Name
	case e.Unfinished > 0:
		key = "cli.server.entry.unfinished"
	}
	lines := []string{words.Text(key, words.Data{"Name": e.Name, "URL": e.URL, "Uploads": words.Count("cli.server.uploads", e.Unfinished)})}
	for _, option := range e.options() {
		lines = append(lines, "    "+option)
	}
	return strings.Join(lines, "\n")
}

// options returns the options of the entry as the flags that set them.
func (e *ServerEntry) options() []string {
	var flags []string
	add := func(set bool, flag, value string) {
		if set {
			flags = append(flags, strings.TrimSuffix(flag+" "+words.Printable(value), " "))
		}
	}
	add(e.Preset != "", "--preset", e.Preset)
	add(e.Given && e.Preset == "", "--given", "")
	add(e.SignIn == string(uploader.SignInBearer), "--bearer", "")
	add(e.User != "", "--user", e.User)
	add(e.SignIn == string(uploader.SignInHeaders), "--header …", "")
	add(e.ChunkMin > 0, "--chunk-min", exactSize(e.ChunkMin))
	add(e.ChunkMax > 0, "--chunk-max", exactSize(e.ChunkMax))
	add(e.ChunkMultiple > 0, "--chunk-multiple", exactSize(e.ChunkMultiple))
	add(e.Connections > 0, "--connections", words.Number(e.Connections))
	add(e.Files > 0, "--files", words.Number(e.Files))
	add(e.Limit > 0, "--limit", exactSize(e.Limit)+"/s")
	for _, line := range e.Metadata {
		add(true, "--metadata", line)
	}
	for _, host := range e.AllowedHosts {
		add(true, "--allow-host", host)
	}
	add(e.MethodOverride, "--method-override", "")
	add(e.Checksums, "--checksums", "")
	add(e.OneRequest, "--one-request", "")
	add(e.UploadPath != "", "--upload-path", e.UploadPath)
	add(e.Folders != "", "--folders", e.Folders)
	add(e.Overwrite != "", "--overwrite-with", e.Overwrite)
	add(e.Link != "", "--link", e.Link)
	add(e.IDHeaders != "", "--id-headers", e.IDHeaders)
	add(e.CA != "", "--ca", e.CA)
	add(e.Cert != "", "--cert", e.Cert)
	add(e.Key != "", "--key", e.Key)
	add(e.Proxy != "", "--proxy", e.Proxy)
	return flags
}

// exactSize formats a size without rounding, as the flags accept it.
func exactSize(bytes int64) string {
	for _, unit := range []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"MB", 1e6}, {"KiB", 1 << 10}, {"KB", 1e3}} {
		if bytes%unit.bytes == 0 {
			return strconv.FormatInt(bytes/unit.bytes, 10) + unit.name
		}
	}
	return strconv.FormatInt(bytes, 10)
}

// The results of a test, as in the output.
const (
	testReady      = "ready"      // the server told what it supports
	testUndeclared = "undeclared" // it creates uploads, and did not tell what it supports
	testRefused    = "refused"    // it refused to create an upload
	testNotTus     = "not-tus"    // it is no tus server
	testFailed     = "failed"     // it could not be tested
)

// TestEntry is the result of a test of a server. Sizes are in bytes.
type TestEntry struct {
	URL          string   `json:"url"` // without a query
	Test         string   `json:"test"`
	Milliseconds int64    `json:"milliseconds"`
	Extensions   []string `json:"extensions,omitempty"`
	Checksums    []string `json:"checksum_algorithms,omitempty"`
	MaxSize      int64    `json:"max_size,omitempty"`
	ChunkMin     int64    `json:"chunk_min,omitempty"`
	ChunkMax     int64    `json:"chunk_max,omitempty"`
	Multiple     int64    `json:"chunk_multiple,omitempty"`
	Offset       *int64   `json:"offset,omitempty"` // of a given upload
	Length       *int64   `json:"length,omitempty"` // of a given upload, if it is known
	Fault        string   `json:"fault,omitempty"`
	Message      string   `json:"message"` // text for the user, in the current language

	ServerMessage string `json:"server_message,omitempty"` // what the server said about the fault, as in [fault.Fault.ServerMessage]
}

// usable reports whether uploads to the server will most likely work.
func (e *TestEntry) usable() bool { return e.Test == testReady || e.Test == testUndeclared }

// newTestEntry returns the entry for the result of a test, or its error.
func newTestEntry(server uploader.Server, result uploader.ServerTest, took time.Duration, err error) *TestEntry {
	o := server.Options
	e := &TestEntry{
		URL: words.Address(server.Endpoint), Milliseconds: took.Milliseconds(), Extensions: result.Capabilities.Extensions, Checksums: result.Capabilities.Checksums,
		MaxSize: result.Capabilities.MaxSize, ChunkMin: o.ChunkMin, ChunkMax: o.ChunkMax, Multiple: o.ChunkMultiple,
	}
	if upload := result.Upload; upload != nil {
		e.Offset = &upload.Offset
		if upload.Length >= 0 {
			e.Length = &upload.Length
		}
	}
	if err != nil {
		f := fault.Of(err)
		e.Test, e.Fault, e.Message, e.ServerMessage = testFailed, f.Kind.String(), testFaultText(server, f), f.ServerMessage
		return e
	}
	e.Test = map[uploader.TestOutcome]string{
		uploader.TestReady: testReady, uploader.TestUndeclared: testUndeclared, uploader.TestRefused: testRefused, uploader.TestNotTus: testNotTus,
	}[result.Outcome()]
	if f := result.Creation.Fault; f != nil && !e.usable() {
		e.Fault, e.ServerMessage = f.Kind.String(), f.ServerMessage
	}
	e.Message = testText(server, result, e)
	return e
}

// testFaultText returns the text for the fault of a test.
func testFaultText(server uploader.Server, f *fault.Fault) string {
	text := words.Fault(f, words.Subject{Server: server.Endpoint})
	switch {
	case f.Kind != fault.Auth || slices.Contains(fault.Codes(), f.Code):
	case server.Access.SignIn == uploader.SignInNone:
		text.Can = words.Text("cli.server.sign-in")
	default:
		text.Can = words.Text("cli.server.sign-in.refused")
	}
	return text.String()
}

// testText returns the text for a result: what the server is, what it supports, and what
// requests will be like.
func testText(server uploader.Server, result uploader.ServerTest, e *TestEntry) string {
	text := words.ServerTest(result, e.URL)
	if text == "" {
		text = words.Text("cli.test.ready", words.Data{"URL": e.URL, "Time": words.Text("time.milliseconds", words.Data{"N": e.Milliseconds})})
	}
	lines := []string{text}
	if result.Capabilities.Known {
		lines = append(lines, supportText(result.Capabilities)...)
	}
	if e.Offset != nil {
		lines = append(lines, words.Text("cli.test.upload", words.Data{"SizeOf": words.SizeOf(*e.Offset, max(result.Upload.Length, 0))}))
	}
	if sizes := chunkText(server.Options); sizes != "" {
		lines = append(lines, sizes)
	}
	return strings.Join(lines, "\n")
}

// supportText returns lines about what a server supports.
func supportText(c tus.Capabilities) []string {
	lines := []string{words.Text("cli.test.any-size")}
	if c.MaxSize > 0 {
		lines[0] = words.Text("cli.test.max-size", words.Data{"Size": words.Size(c.MaxSize)})
	}
	if len(c.Extensions) > 0 {
		lines = append(lines, words.Text("cli.test.extensions", words.Data{"List": words.Printable(strings.Join(c.Extensions, ", "))}))
	}
	return lines
}

// chunkText returns a line about the sizes of requests; "" if the rest of a file is one.
func chunkText(o uploader.ServerOptions) string {
	var parts []string
	for _, size := range []struct {
		key   string
		bytes int64
	}{{"cli.test.chunk-min", o.ChunkMin}, {"cli.test.chunk-max", o.ChunkMax}, {"cli.test.chunk-multiple", o.ChunkMultiple}} {
		if size.bytes > 0 {
			parts = append(parts, words.Text(size.key, words.Data{"Size": words.Size(size.bytes)}))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return words.Text("cli.test.chunks", words.Data{"List": strings.Join(parts, words.Text("list.comma"))})
}
