package cli

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Sentence is an error that is in words for people already.
type Sentence struct{ Text string }

func (e *Sentence) Error() string { return e.Text }

func say(key string, data words.Data) error { return &Sentence{words.Say(key, data)} }

// destination finds the server that to names. A URL that is not known yet is
// asked first whether it is a tus server at all, and then remembered.
func (d *Desk) destination(ctx context.Context, to string, header http.Header) (uploader.ServerID, error) {
	if to == "" {
		return uploader.BuiltinServer, nil
	}
	if !strings.Contains(to, "://") {
		server, err := named(d.Engine.Snapshot().Servers, to)
		if err != nil {
			return 0, err
		}
		return server.ID, d.signIn(ctx, server, header)
	}
	endpoint, header, err := address(to, header)
	if err != nil {
		return 0, err
	}
	if server, ok := at(d.Engine.Snapshot().Servers, endpoint); ok {
		return server.ID, d.signIn(ctx, server, header)
	}
	if len(header) > 0 {
		d.Book.Remember(endpoint, header)
	}
	return d.meet(ctx, endpoint)
}

// signIn sends header along with what goes to a known server. Where all waits for
// a sign-in, it goes on with it.
func (d *Desk) signIn(ctx context.Context, server uploader.Server, header http.Header) error {
	if len(header) == 0 {
		return nil
	}
	d.Book.Remember(server.Endpoint, header)
	if d.Engine.Snapshot().Blocked[server.ID] == nil {
		return nil
	}
	return d.Engine.Do(ctx, uploader.SignedIn{Server: server.ID})
}

// Introduce has a book send what a request says of its sign-in before an engine
// asks anything of that server: one question without it would keep all waiting.
// What makes no sense in the request is left to Carry to say. servers are those
// saved, which the request may name.
func Introduce(book *connect.Book, request instance.Request, servers []uploader.Server) {
	header, err := parseHeaders(request.Headers)
	if err != nil || request.To == "" {
		return
	}
	endpoint := ""
	if strings.Contains(request.To, "://") {
		endpoint, header, err = address(request.To, header)
	} else {
		var server uploader.Server
		server, err = named(servers, request.To)
		endpoint = server.Endpoint
	}
	if err == nil && endpoint != "" && len(header) > 0 {
		book.Remember(endpoint, header)
	}
}

// reopen lets a server be asked again that waits for the user, such as for a
// sign-in: whoever sends to it now has done something about that, or wants to
// know.
func (d *Desk) reopen(ctx context.Context, id uploader.ServerID) error {
	if d.Engine.Snapshot().Blocked[id] == nil {
		return nil
	}
	return d.Engine.Do(ctx, uploader.SignedIn{Server: id})
}

// meet asks a new server what it can do, and keeps it when it answers. One that is
// there and has no time is kept, too: the upload waits for it, as for any other.
func (d *Desk) meet(ctx context.Context, endpoint string) (uploader.ServerID, error) {
	if _, err := d.Engine.Probe(ctx, endpoint); err != nil && !fault.Is(err, fault.Busy) && !fault.Is(err, fault.Transient) {
		return 0, about(endpoint, err)
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return 0, err
	}
	if err := d.Engine.Do(ctx, uploader.SaveServer{Server: uploader.Server{Name: u.Host, Endpoint: endpoint}}); err != nil {
		return 0, err
	}
	server, ok := at(d.Engine.Snapshot().Servers, endpoint)
	if !ok {
		return 0, fault.Newf(fault.Bug, fault.Save, "the server at %s was not kept", endpoint)
	}
	return server.ID, nil
}

// address takes a URL apart into the endpoint to remember and the credentials not
// to: a user and password in it become a header.
func address(to string, header http.Header) (string, http.Header, error) {
	u, err := url.Parse(to)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", nil, usage("cli.address", words.Data{"URL": words.Printable(to)})
	}
	if user := u.User; user != nil && header.Get("Authorization") == "" {
		password, _ := user.Password()
		header = header.Clone()
		if header == nil {
			header = http.Header{}
		}
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), header, nil
}

func at(servers []uploader.Server, endpoint string) (uploader.Server, bool) {
	for _, server := range servers {
		if server.Endpoint == endpoint {
			return server, true
		}
	}
	return uploader.Server{}, false
}

// named finds a server by its name, in whatever case.
func named(servers []uploader.Server, name string) (uploader.Server, error) {
	var found []uploader.Server
	for _, server := range servers {
		shown := words.Server(server)
		if strings.EqualFold(shown, name) || strings.EqualFold(server.Name, name) {
			found = append(found, server)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return uploader.Server{}, usage("cli.server.unknown", words.Data{"Name": words.Printable(name), "Known": names(servers)})
	default:
		return uploader.Server{}, usage("cli.server.ambiguous", words.Data{"Name": words.Printable(name)})
	}
}

// names lists servers as they are called.
func names(servers []uploader.Server) string {
	shown := make([]string, len(servers))
	for i, server := range servers {
		shown[i] = words.Server(server)
	}
	return strings.Join(shown, ", ")
}

// parseHeaders reads "Name: value" lines, of which none may be empty. What is said of
// a line repeats its name at most: the rest may be a secret.
func parseHeaders(lines []string) (http.Header, error) {
	header, err := connect.ParseHeader(lines)
	wrong, _ := errors.AsType[*connect.HeaderError](err)
	switch {
	case wrong != nil && wrong.Name != "":
		return nil, usage("cli.usage.header", words.Data{"Name": words.Printable(wrong.Name)})
	case wrong != nil, slices.Contains(lines, ""):
		return nil, usage("cli.usage.header.form", nil)
	}
	return header, err
}
