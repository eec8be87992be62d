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

// TransferDiagnostics is a description of a transfer for support, in English like the
// log. It contains no file names and no secrets. The path of an upload URL is a secret,
// since it grants write access to the upload.
func TransferDiagnostics(s *uploader.Snapshot, t *uploader.Transfer, d Record) string {
	var text strings.Builder
	line := func(name string, value any) { _, _ = fmt.Fprintf(&text, "%s: %v\n", name, value) }
	server, _ := s.Server(t.Server)
	line("system", runtime.GOOS+"/"+runtime.GOARCH)
	line("server", originOf(server.Endpoint))
	profile := server.Options
	profile.Metadata = "" // contains the user's text
	line("profile", fmt.Sprintf("%+v", profile))
	line("transfer", t.ID)
	line("kind", filepath.Ext(t.Source.Name()))
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
		{"next try", t.NextTry.Time()},
		{"expires", t.Session.Expires.Time()},
	} {
		if !at.time.IsZero() {
			line(at.name, at.time.UTC().Format(time.RFC3339))
		}
	}
	if t.Fault != nil {
		line("fault", redacted(t.Fault.Error(), t, d.Parts))
	}
	for _, p := range d.Parts {
		line(fmt.Sprintf("part %d", p.Index), fmt.Sprintf("%d of %d", p.Offset, p.Length))
	}
	for _, e := range d.Events {
		why := ""
		if e.Fault != nil {
			why = redacted(e.Fault.Error(), t, d.Parts)
		}
		line(e.At.UTC().Format(time.RFC3339), strings.TrimSpace(fmt.Sprintf("%s at %d %s", e.Kind, e.Offset, why)))
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
	hide := func(secret, reads string) {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, reads)
		}
	}
	hide(t.Session.URL, "<upload>")
	for _, p := range parts {
		hide(p.URL, "<part>")
	}
	hide(t.Source.Path, "<file>")
	hide(t.Source.RelPath, "<file>")
	hide(t.Source.Name(), "<file>")
	return text
}

// maxFaults is how many of the newest faults are included.
const maxFaults = 20

// ProgramDiagnostics is a description of this program and its state for support, in
// English like the log. It contains no names of files or servers and no secrets. Ignore
// patterns are only counted, since they may contain names.
func ProgramDiagnostics(version string, s settings.Settings, snapshot *uploader.Snapshot) string {
	var text strings.Builder
	line := func(name string, value any) { _, _ = fmt.Fprintf(&text, "%s: %v\n", name, value) }
	line("version", version)
	line("system", runtime.GOOS+"/"+runtime.GOARCH)
	line("processors", runtime.NumCPU())
	line("servers", len(snapshot.Servers))
	line("transfers", len(snapshot.Transfers))
	for _, state := range uploader.States() {
		if n := snapshot.Totals.Count[state]; n > 0 {
			line("  "+state.String(), n)
		}
	}
	line("left", snapshot.Totals.Left)
	line("rate", int64(snapshot.Totals.Rate))
	line("ignore patterns", len(s.Transfers.Ignore))
	s.Transfers.Ignore = nil
	if chosen, err := json.MarshalIndent(s, "", "  "); err == nil {
		line("settings", string(chosen))
	}
	if snapshot.StoreFault != nil {
		line("trouble", faultSummary(snapshot.StoreFault))
	}
	for _, t := range newestFaults(snapshot.Transfers) {
		line(fmt.Sprintf("fault of transfer %d at server %d", t.ID, t.Server), faultSummary(t.Fault))
	}
	return text.String()
}

// newestFaults are the transfers with a fault that were added last.
func newestFaults(transfers []*uploader.Transfer) []*uploader.Transfer {
	var faulty []*uploader.Transfer
	for _, t := range transfers {
		if t.Fault != nil {
			faulty = append(faulty, t)
		}
	}
	slices.SortFunc(faulty, func(a, b *uploader.Transfer) int { return cmp.Compare(b.Added, a.Added) })
	return faulty[:min(len(faulty), maxFaults)]
}

// faultSummary is a fault without its detail, which may contain names and addresses.
func faultSummary(f *fault.Fault) string {
	return fmt.Sprintf("%s, %s, status %d, code %q", f.Kind, f.Op, f.Status, f.Code)
}
