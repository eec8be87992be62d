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
	"github.com/ferryapp/ferry/app/feed"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// destination is where the files of a request are sent.
type destination struct {
	to      string // name or URL of a server; "" for the built-in receiver
	header  http.Header
	allowed string // hosts that the server may use
	perFile bool   // a sign-in is issued for each file
}

// destination returns the server of a destination. It tests and saves a server whose URL is
// new, and passes advice about it to advise.
func (x *Executor) destination(ctx context.Context, d destination, advise func(feed.Event) error) (uploader.ServerID, error) {
	to, header, allowed := d.to, d.header, d.allowed
	if to == "" {
		return uploader.BuiltinServer, nil
	}
	if !isURL(to) {
		server, err := findByName(x.Engine.Snapshot().Servers, to)
		if err != nil {
			return 0, err
		}
		return server.ID, errors.Join(x.allow(ctx, server, allowed), x.signIn(ctx, server, header))
	}
	endpoint, header, err := parseAddress(to, header)
	if err != nil {
		return 0, err
	}
	if server, ok := findByAddress(x.Engine.Snapshot().Servers, endpoint); ok {
		server, err := x.confirm(ctx, server, fingerprintOf(to))
		return server.ID, errors.Join(err, x.allow(ctx, server, allowed), x.signIn(ctx, server, header))
	}
	setHeader(x.Connector, endpoint, header)
	return x.addServer(ctx, uploader.Server{
		Endpoint: endpoint, Access: uploader.Access{CertificateFingerprint: fingerprintOf(to)}, Options: uploader.ServerOptions{AllowedHosts: allowed},
	}, d.perFile, advise)
}

// changedDestination is destination for a server that this run uses with a change. A server
// whose URL is new is saved with it, without secrets: resuming needs it.
func (x *Executor) changedDestination(ctx context.Context, d destination, change instance.ServerChange, advise func(feed.Event) error) (uploader.ServerID, error) {
	if endpoint, header, err := parseAddress(d.to, d.header); isURL(d.to) && err == nil {
		if _, known := findByAddress(x.Engine.Snapshot().Servers, endpoint); !known {
			added := changed(uploader.Server{}, change)
			added.Endpoint, added.Options.AllowedHosts = endpoint, mergeHosts(added.Options.AllowedHosts, d.allowed)
			added.Access.CertificateFingerprint = fingerprintOf(d.to)
			setHeader(x.Connector, endpoint, header)
			if err := checkServer(added); err != nil {
				return 0, err
			}
			return x.addServer(ctx, x.withLimits(ctx, added, nil, change), d.perFile, advise)
		}
	}
	id, err := x.destination(ctx, d, advise)
	if err != nil {
		return 0, err
	}
	server, _ := x.Engine.Snapshot().Server(id)
	return id, x.useServer(ctx, server, change)
}

// confirm saves the fingerprint of a server's certificate, if there is one, and unblocks the
// server. It returns the server as it is saved then.
func (x *Executor) confirm(ctx context.Context, server uploader.Server, fingerprint string) (uploader.Server, error) {
	if fingerprint == "" || fingerprint == server.Access.CertificateFingerprint {
		return server, nil
	}
	server.Access.CertificateFingerprint = fingerprint
	if err := x.Engine.Do(ctx, uploader.SaveServer{Server: server}); err != nil {
		return server, err
	}
	return server, x.unblock(ctx, server.ID)
}

// addServer tests a new server and saves it with the endpoint at which it was found, except one
// that cannot be reached, requires a sign-in that is not issued for each file, or is only a web
// server. It also saves a server that is temporarily unavailable: its uploads are retried like
// any others.
func (x *Executor) addServer(ctx context.Context, added uploader.Server, perFile bool, advise func(feed.Event) error) (uploader.ServerID, error) {
	if err := checkServer(added); err != nil {
		return 0, err
	}
	address := added.Endpoint
	test, added, err := uploader.FindEndpoint(added, func(server uploader.Server) (uploader.ServerTest, error) {
		return x.Engine.Test(ctx, server)
	})
	switch {
	case perFile && fault.Is(err, fault.Auth):
	case err != nil && !fault.Is(err, fault.Busy) && !fault.Is(err, fault.Transient):
		return 0, serverError(added.Endpoint, err)
	case err == nil && test.Outcome() == uploader.TestNotTus:
		return 0, serverError(added.Endpoint, test.Creation.Fault)
	}
	u, err := url.Parse(added.Endpoint)
	if err != nil {
		return 0, err
	}
	added.Name = u.Host
	if err := x.Engine.Do(ctx, uploader.SaveServer{Server: added}); err != nil {
		return 0, err
	}
	server, ok := findByEndpoint(x.Engine.Snapshot().Servers, added.Endpoint)
	if !ok {
		return 0, fault.Newf(fault.Bug, fault.Save, "server %s missing after save", added.Endpoint)
	}
	var advice []string
	if server.Endpoint != address {
		advice = append(advice, words.Text("server.found", words.Data{"Address": words.Address(server.Endpoint)}))
	}
	if text := words.ServerTest(test, words.Server(server)); text != "" {
		advice = append(advice, text)
	}
	if len(advice) == 0 {
		return server.ID, nil
	}
	return server.ID, advise(feed.Event{Event: feed.Advice, Server: words.Server(server), Message: strings.Join(advice, "\n")})
}

// setHeader sets the header fields for all requests to a server that is not saved, if there are
// any: at an endpoint, and where the server may be found instead.
func setHeader(connector *connect.Connector, endpoint string, header http.Header) {
	if len(header) == 0 {
		return
	}
	for _, endpoint := range possibleEndpoints(endpoint) {
		connector.SetHeader(endpoint, header)
	}
}

// possibleEndpoints returns the endpoints at which [uploader.FindEndpoint] may find a server.
func possibleEndpoints(endpoint string) []string {
	endpoints := []string{endpoint}
	if other, ok := (uploader.Server{Endpoint: endpoint}).AtDefaultPath(); ok {
		endpoints = append(endpoints, other.Endpoint)
	}
	return endpoints
}

// signIn sets the header fields for all requests to a server, if there are any, and
// unblocks it.
func (x *Executor) signIn(ctx context.Context, server uploader.Server, header http.Header) error {
	if len(header) == 0 {
		return nil
	}
	x.Connector.SetHeader(server.Endpoint, header)
	return x.unblock(ctx, server.ID)
}

// unblock lets the engine retry a server that waits for the user, for example for a
// sign-in.
func (x *Executor) unblock(ctx context.Context, id uploader.ServerID) error {
	if x.Engine.Snapshot().Blocked[id] == nil {
		return nil
	}
	return x.Engine.Do(ctx, uploader.Unblock{Server: id})
}

// RememberSignIn gives connector the header fields of a request and its program for each
// file before the engine starts: a single request without them would block the server. Errors in the request are
// ignored here; [Executor.Execute] reports them. servers are the saved servers,
// which the request may name.
func RememberSignIn(connector *connect.Connector, request instance.Request, servers []uploader.Server) {
	header, err := parseHeaders(request.Headers)
	if err != nil || request.To == "" {
		return
	}
	endpoint := ""
	if isURL(request.To) {
		endpoint, header, err = parseAddress(request.To, header)
	} else {
		var server uploader.Server
		server, err = findByName(servers, request.To)
		endpoint = server.Endpoint
	}
	if err != nil || endpoint == "" {
		return
	}
	setHeader(connector, endpoint, header)
	if request.PerFile != "" {
		for _, endpoint := range possibleEndpoints(endpoint) {
			connector.SetPerFile(endpoint, request.PerFile)
		}
	}
}

// HasCredentials reports whether the arguments contain header fields, or a user in
// the URL. These are not saved, so that a command without them cannot resume.
func HasCredentials(to string, headers []string) bool {
	_, header, err := parseAddress(to, nil)
	return len(headers) > 0 || err == nil && len(header) > 0
}

func isURL(to string) bool { return strings.Contains(to, "://") }

// parseAddress splits a URL into the endpoint to save and the header to send. User
// and password in the URL become an Authorization field, unless header has one.
func parseAddress(to string, header http.Header) (string, http.Header, error) {
	u, err := url.Parse(to)
	if err == nil {
		err = netx.CheckAddress(u)
	}
	if err == nil {
		_, err = netx.ParseFingerprint(u.Fragment)
	}
	switch {
	case errors.Is(err, netx.ErrFingerprint):
		return "", nil, usageError("cli.address.fingerprint", words.Data{"URL": words.Address(to)})
	case errors.Is(err, netx.ErrPort):
		return "", nil, usageError("cli.address.port", words.Data{"URL": words.Address(to)})
	case err != nil, u.Scheme != "http" && u.Scheme != "https":
		return "", nil, usageError("cli.address", words.Data{"URL": words.Address(to)})
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

// fingerprintOf returns the fingerprint of a certificate in the fragment of a URL that
// parseAddress accepts; "" for none.
func fingerprintOf(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "https" {
		return ""
	}
	fingerprint, _ := netx.ParseFingerprint(u.Fragment)
	return fingerprint
}

// parseHeaders parses "Name: value" lines. Its errors contain at most the name of a
// field, because the rest may be a secret.
func parseHeaders(lines []string) (http.Header, error) {
	header, err := connect.ParseHeader(lines)
	if headerErr, ok := errors.AsType[*connect.HeaderError](err); ok {
		return nil, headerUsageError(headerErr)
	}
	if slices.Contains(lines, "") {
		return nil, usageError("cli.usage.header.form", nil)
	}
	return header, err
}

func headerUsageError(err *connect.HeaderError) error {
	name := words.Data{"Name": words.Printable(err.Name)}
	switch {
	case err.Reason == connect.HeaderRepeated:
		return usageError("cli.usage.header.repeated", name)
	case err.Reason == connect.HeaderInvalid && err.Name == "":
		return usageError("cli.usage.header.form", nil)
	case err.Reason == connect.HeaderInvalid:
		return usageError("cli.usage.header", name)
	case strings.EqualFold(err.Name, "Upload-Metadata"):
		return usageError("cli.usage.header.metadata", name)
	case strings.EqualFold(err.Name, "X-HTTP-Method-Override"):
		return usageError("cli.usage.header.override", name)
	default:
		return usageError("cli.usage.header.reserved", name)
	}
}

func findByEndpoint(servers []uploader.Server, endpoint string) (uploader.Server, bool) {
	i := slices.IndexFunc(servers, func(server uploader.Server) bool { return server.Endpoint == endpoint })
	if i < 0 {
		return uploader.Server{}, false
	}
	return servers[i], true
}

// findByAddress finds the server at an endpoint. If none is there and the endpoint has no path,
// it finds the one at the default path.
func findByAddress(servers []uploader.Server, endpoint string) (uploader.Server, bool) {
	for _, endpoint := range possibleEndpoints(endpoint) {
		if server, ok := findByEndpoint(servers, endpoint); ok {
			return server, true
		}
	}
	return uploader.Server{}, false
}

// findByName finds a server by its saved or displayed name, ignoring case.
func findByName(servers []uploader.Server, name string) (uploader.Server, error) {
	var found []uploader.Server
	for _, server := range servers {
		displayed := words.Server(server)
		if strings.EqualFold(displayed, name) || strings.EqualFold(server.Name, name) {
			found = append(found, server)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return uploader.Server{}, usageError("cli.server.unknown", words.Data{"Name": words.Address(name), "Known": displayNames(servers)})
	default:
		return uploader.Server{}, usageError("cli.server.ambiguous", words.Data{"Name": words.Printable(name)})
	}
}

// displayNames returns the displayed names of servers, separated by commas.
func displayNames(servers []uploader.Server) string {
	names := make([]string, len(servers))
	for i, server := range servers {
		names[i] = words.Server(server)
	}
	return strings.Join(names, ", ")
}
