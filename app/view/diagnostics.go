package view

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// TransferDiagnostics returns a description of a transfer for support, in English like
// the log. It contains no file names and no secrets. The path of an upload URL is a secret,
// since it grants write access to the upload.
func TransferDiagnostics(s *uploader.Snapshot, t *uploader.Transfer, record Record) string {
	var text strings.Builder
	line := func(name string, value any) { _, _ = fmt.Fprintf(&text, "%s: %v\n", name, value) }
	server, _ := s.Server(t.Server)
	line("system", runtime.GOOS+"/"+runtime.GOARCH)
	line("server", originOf(server.Endpoint))
	options := server.Options
	options.Metadata, options.LinkTemplate = "", "" // contain the user's text
	line("server options", fmt.Sprintf("%+v", options))
	line("transfer", t.ID)
	line("file type", filepath.Ext(t.Source.Name()))
	line("size", t.Source.Size)
	line("intent", t.Intent)
	line("phase", t.Phase)
	line("state", t.State())
	line("upload", originOf(t.Session.URL))
	line("offset", t.Session.Offset)
	line("sent", s.Sent(t))
	line("resumed at", t.ResumedFrom)
	line("parts", t.Session.Parts)
	line("attempt", t.Attempt)
	for _, at := range []struct {
		name string
		time time.Time
	}{
		{"added", t.Added.Time()},
		{"started", t.Started.Time()},
		{"finished", t.Finished.Time()},
		{"next attempt", t.NextTry.Time()},
		{"expires", t.Session.Expires.Time()},
	} {
		if !at.time.IsZero() {
			line(at.name, at.time.UTC().Format(time.RFC3339))
		}
	}
	if t.Fault != nil {
		line("fault", redacted(t.Fault.Error(), t, record.Parts))
	}
	for _, p := range record.Parts {
		line(fmt.Sprintf("part %d", p.Index), fmt.Sprintf("%d of %d", p.Offset, p.Length))
	}
	for _, e := range record.Events {
		cause := ""
		if e.Fault != nil {
			cause = redacted(e.Fault.Error(), t, record.Parts)
		}
		line(e.At.UTC().Format(time.RFC3339), strings.TrimSpace(fmt.Sprintf("%s at %d %s", e.Kind, e.Offset, cause)))
	}
	return text.String()
}

// SubjectDiagnostics returns a description of several transfers for support, in English
// like the log. It contains no names of files and no secrets.
func SubjectDiagnostics(s *uploader.Snapshot, subject Subject) string {
	var text strings.Builder
	line := func(name string, value any) { _, _ = fmt.Fprintf(&text, "%s: %v\n", name, value) }
	line("system", runtime.GOOS+"/"+runtime.GOARCH)
	line("batches", len(subject.Batches))
	transfers := subject.Find(s)
	sum, _, groups := sumOf(s, transfers)
	line("transfers", sum.Files)
	line("bytes", sum.Bytes)
	line("sent", sum.Sent)
	for _, state := range uploader.States() {
		if n := sum.Count[state]; n > 0 {
			line("  "+state.String(), n)
		}
	}
	for _, g := range groups.sorted() {
		server, _ := s.Server(g.Key.Server)
		line(fmt.Sprintf("%d at %s", g.Count, originOf(server.Endpoint)), faultSummary(g.first.Fault))
	}
	return text.String()
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "none"
	}
	return u.Scheme + "://" + u.Host
}

// redacted removes the file's name and path and the URLs of the upload and its parts
// from the text of an error.
func redacted(text string, t *uploader.Transfer, parts []uploader.Part) string {
	replace := func(secret, placeholder string) {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, placeholder)
		}
	}
	replace(t.Session.URL, "<upload>")
	for _, p := range parts {
		replace(p.URL, "<part>")
	}
	replace(t.Source.Path, "<file>")
	replace(t.Source.RelPath, "<file>")
	replace(t.Source.Name(), "<file>")
	replace(t.Renamed(), "<file>")
	return text
}

// maxFaults is how many of the newest faults are included.
const maxFaults = 20

// ProgramDiagnostics returns a description of this program and its state for support, in
// English like the log. It contains no names of files or servers and no secrets. Ignore
// patterns are only counted, since they may contain names.
func ProgramDiagnostics(version string, s settings.Settings, snapshot *uploader.Snapshot) string {
	var text strings.Builder
	line := func(name string, value any) { _, _ = fmt.Fprintf(&text, "%s: %v\n", name, value) }
	line("version", version)
	line("system", runtime.GOOS+"/"+runtime.GOARCH)
	line("processors", runtime.NumCPU())
	line("servers", len(snapshot.Servers))
	line("transfers", snapshot.Transfers.Len())
	for _, state := range uploader.States() {
		if n := snapshot.Totals.Count[state]; n > 0 {
			line("  "+state.String(), n)
		}
	}
	line("left", snapshot.Totals.Left)
	line("rate", int64(snapshot.Totals.Rate))
	line("ignore patterns", len(s.Transfers.Ignore))
	s.Transfers.Ignore, s.Receiver.Folder, s.WhenDone.Program = nil, "", ""
	if encoded, err := json.MarshalIndent(s, "", "  "); err == nil {
		line("settings", string(encoded))
	}
	if snapshot.StoreFault != nil {
		line("store fault", faultSummary(snapshot.StoreFault))
	}
	for _, t := range newestFaults(snapshot.Transfers) {
		line(fmt.Sprintf("fault of transfer %d at server %d", t.ID, t.Server), faultSummary(t.Fault))
	}
	return text.String()
}

// newestFaults returns the transfers with a fault that were added last, at most
// maxFaults.
func newestFaults(transfers uploader.Rows) []*uploader.Transfer {
	var newest []*uploader.Transfer
	keep := func() {
		slices.SortStableFunc(newest, func(a, b *uploader.Transfer) int { return cmp.Compare(b.Added, a.Added) })
		newest = newest[:min(len(newest), maxFaults)]
	}
	for _, row := range transfers.Rows() {
		if !row.HasFault() {
			continue
		}
		if newest = append(newest, row.Transfer()); len(newest) == 8*maxFaults { // there may be a million
			keep()
		}
	}
	keep()
	return newest
}

// faultSummary returns a fault without its detail, which may contain names and addresses.
func faultSummary(f *fault.Fault) string {
	return fmt.Sprintf("%s, %s, status %d, code %q", f.Kind, f.Op, f.Status, f.Code)
}
