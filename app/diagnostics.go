package app

import (
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/ferryapp/ferry/uploader"
)

// diagnosticsOf is a transfer's story for someone who is asked for help. It is in
// English, like the log. It holds no name of a file and no secret; the path of an
// upload URL is one, since whoever knows it can write to the upload.
func diagnosticsOf(s *uploader.Snapshot, t *uploader.Transfer, d dossier) string {
	var text strings.Builder
	line := func(name string, value any) { _, _ = fmt.Fprintf(&text, "%s: %v\n", name, value) }
	server, _ := s.Server(t.Server)
	line("system", runtime.GOOS+"/"+runtime.GOARCH)
	line("server", hostOf(server.Endpoint))
	profile := server.Profile
	profile.Metadata = "" // the user's own words
	line("profile", fmt.Sprintf("%+v", profile))
	line("transfer", t.ID)
	line("kind", filepath.Ext(t.Source.Name()))
	line("size", t.Source.Size)
	line("intent", t.Intent)
	line("phase", t.Phase)
	line("state", t.State())
	line("upload", hostOf(t.Session.URL))
	line("offset", t.Session.Offset)
	line("sent", s.Sent(t))
	line("resumed at", t.Resumed)
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
		line("fault", scrubbed(t.Fault.Error(), t, d.parts))
	}
	for _, p := range d.parts {
		line(fmt.Sprintf("part %d", p.Index), fmt.Sprintf("%d of %d", p.Offset, p.Length))
	}
	for _, e := range d.events {
		why := ""
		if e.Fault != nil {
			why = scrubbed(e.Fault.Error(), t, d.parts)
		}
		line(e.At.UTC().Format(time.RFC3339), strings.TrimSpace(fmt.Sprintf("%s at %d %s", e.Kind, e.Offset, why)))
	}
	return text.String()
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "none"
	}
	return u.Scheme + "://" + u.Host
}

// scrubbed takes the file's name and place and the addresses of the upload and its
// parts out of the raw text of an error.
func scrubbed(text string, t *uploader.Transfer, parts []uploader.Part) string {
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
