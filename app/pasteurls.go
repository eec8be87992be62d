package app

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/form"
	"github.com/ferryapp/ferry/app/uploadurls"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// pasteURLs adds files with upload URLs, if the text is a list of them: those in the list,
// or those that the user chooses. It reports whether the text is such a list. A single URL
// is not, since it may be the address of a server.
func (a *adder) pasteURLs(text string) bool {
	list, err := uploadurls.Parse(strings.NewReader(text))
	if err != nil || len(list.URLs) < 2 && len(list.Paths) == 0 {
		return false
	}
	if len(list.Paths) == 0 {
		a.askForFilesOf(list)
		return true
	}
	if found := existingPaths(list.Paths); len(found) < len(list.Paths) {
		a.showMessage(words.Count("drop.refused", len(list.Paths)-len(found)))
		return true
	}
	a.addToURLs(list)
	return true
}

// pasteServer opens the dialog for a new server, if the text is one URL, or makes the server
// with that address the destination. It reports whether the text is a URL. While a dialog is
// open it does nothing with it.
func (a *adder) pasteServer(text string) bool {
	address := strings.Trim(strings.TrimSpace(text), "<>\"")
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(address, " \t\n") {
		return false
	}
	if _, open := a.dialogs.Top(); open {
		return true
	}
	if known, ok := serverAt(a.bridge.Snapshot(), address); ok {
		a.choose(known.ID)
		a.showMessage(words.Text("paste.server.known", words.Data{"Server": words.Server(known)}))
		return true
	}
	a.newServer(address)
	return true
}

// askForFilesOf asks for the files of upload URLs, which are assigned in the order of the
// files' names.
func (a *adder) askForFilesOf(list uploadurls.List) {
	n := len(list.URLs)
	choose := func() {
		a.files.chooseFiles(addQuestion("choose.files"), func(paths []string) {
			if len(paths) != n {
				a.showMessage(words.Count("paste.urls.count", len(paths), words.Data{"URLs": words.Number(n)}))
				return
			}
			list.Paths = slices.SortedFunc(slices.Values(paths), func(a, b string) int {
				return strings.Compare(filepath.Base(a), filepath.Base(b))
			})
			a.addToURLs(list)
		})
	}
	a.dialogs.Ask(form.Question{
		Title: words.Count("paste.urls.title", n), Text: words.Text("paste.urls.text"),
		Answers: []form.Answer{{Label: words.Text("cancel")}, {Label: words.Text("paste.urls.choose"), Importance: widget.HighImportance, Do: choose}},
	})
}

// addToURLs adds each file of a list for its upload URL, which becomes a server.
func (a *adder) addToURLs(list uploadurls.List) {
	for i, address := range list.URLs {
		path := filepath.Clean(list.Paths[i])
		server, err := uploadurls.Server(address)
		if err != nil {
			continue // Parse accepts only URLs that are servers
		}
		if known, ok := serverAt(a.bridge.Snapshot(), server.Endpoint); ok {
			a.send(fromWindow, known.ID, []string{path}, uploader.BatchOptions{}, nil)
			continue
		}
		a.bridge.Send(uploader.SaveServer{Server: server}, func(err error) {
			saved, ok := serverAt(a.bridge.Snapshot(), server.Endpoint)
			if err != nil || !ok {
				a.bridge.Report(err)
				return
			}
			a.send(fromWindow, saved.ID, []string{path}, uploader.BatchOptions{}, nil)
		})
	}
}

// serverAt returns the server with an endpoint.
func serverAt(s *uploader.Snapshot, endpoint string) (uploader.Server, bool) {
	i := slices.IndexFunc(s.Servers, func(server uploader.Server) bool { return server.Endpoint == endpoint })
	if i < 0 {
		return uploader.Server{}, false
	}
	return s.Servers[i], true
}
