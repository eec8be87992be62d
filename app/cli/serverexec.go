package cli

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// Keys stores the secrets of servers. It is implemented by *[platform.AppKeyring].
type Keys interface {
	platform.Keyring
	Storage(ctx context.Context) platform.Storage
}

// removeTimeout is how long the removal of a server waits for its unfinished uploads to be
// cancelled.
const removeTimeout = time.Minute

// createServer tests the server that a request describes, and saves it. After a failed
// test it saves it only if the request says so, or the server may only be busy.
func (x *Executor) createServer(ctx context.Context, request instance.Request, reply func(Reply) error) error {
	added, err := x.newServer(request.Server)
	if err != nil {
		return err
	}
	typed := connect.Secrets{SignIn: request.Server.Secret, Proxy: request.Server.ProxyPassword}
	if err := x.checkStorage(ctx, added); err != nil {
		return err
	}
	added = x.withLimits(ctx, added, &typed, request.Server)
	test, added, testErr := x.testNew(ctx, added, &typed)
	if fault.IsCanceled(testErr) {
		return testErr
	}
	if known, ok := findByEndpoint(x.Engine.Snapshot().Servers, added.Endpoint); ok {
		return existsError(known)
	}
	if err := reply(Reply{Test: test}); err != nil {
		return err
	}
	mayWork := test.usable() || fault.Is(testErr, fault.Busy) || fault.Is(testErr, fault.Transient)
	if !mayWork && !request.Force {
		return userError("cli.server.not-added", nil)
	}
	if added, err = x.saveSecrets(ctx, uploader.Server{}, added, typed); err != nil {
		return err
	}
	if err := x.Engine.Do(ctx, uploader.SaveServer{Server: added}); err != nil {
		return errors.Join(err, x.deleteSecrets(context.WithoutCancel(ctx), added))
	}
	return x.replyServer(added.Endpoint, reply)
}

// withLimits asks a server of a preset for its chunk sizes. Those of the change stay.
// secrets are as in [connect.Connector.WithLimits].
func (x *Executor) withLimits(ctx context.Context, server uploader.Server, secrets *connect.Secrets, change instance.ServerChange) uploader.Server {
	if server.Options.Preset == "" {
		return server
	}
	found := x.Connector.WithLimits(ctx, server, secrets)
	changeOptions(&found.Options, change)
	if checkServer(found) != nil {
		return server
	}
	return found
}

// newServer returns the server that a change describes. It must be new.
func (x *Executor) newServer(change instance.ServerChange) (uploader.Server, error) {
	added := changed(uploader.Server{}, change)
	u, err := url.Parse(added.Endpoint)
	if err != nil || added.Endpoint == "" {
		return added, usageError("cli.address", words.Data{"URL": words.Address(added.Endpoint)})
	}
	servers := x.Engine.Snapshot().Servers
	if known, ok := findByEndpoint(servers, added.Endpoint); ok {
		return added, existsError(known)
	}
	if change.Name == nil {
		added.Name = u.Host
	}
	if change.Name != nil && nameTaken(servers, 0, added.Name) {
		return added, usageError("cli.server.name-taken", words.Data{"Name": words.Printable(added.Name)})
	}
	return added, checkServer(added)
}

// existsError returns the error about an endpoint that is that of a saved server.
func existsError(known uploader.Server) error {
	return usageError("cli.server.exists", words.Data{"URL": words.Address(known.Endpoint), "Name": words.Server(known)})
}

// nameTaken reports whether another server than that with an ID has a name.
func nameTaken(servers []uploader.Server, id uploader.ServerID, name string) bool {
	return slices.ContainsFunc(servers, func(s uploader.Server) bool {
		return s.ID != id && (strings.EqualFold(s.Name, name) || strings.EqualFold(words.Server(s), name))
	})
}

// editServer changes a saved server, and its secrets if the request has some.
func (x *Executor) editServer(ctx context.Context, request instance.Request, reply func(Reply) error) error {
	old, err := x.changeable(request.To)
	if err != nil {
		return err
	}
	next := changed(old, request.Server)
	servers := x.Engine.Snapshot().Servers
	if known, ok := findByEndpoint(servers, next.Endpoint); ok && known.ID != old.ID {
		return existsError(known)
	}
	if next.Name != old.Name && nameTaken(servers, old.ID, next.Name) {
		return usageError("cli.server.name-taken", words.Data{"Name": words.Printable(next.Name)})
	}
	if err := checkServer(next); err != nil {
		return err
	}
	typed := connect.Secrets{SignIn: request.Server.Secret, Proxy: request.Server.ProxyPassword}
	if typed != (connect.Secrets{}) || next.Access.SignIn != old.Access.SignIn || next.Access.Proxy != old.Access.Proxy {
		if next, err = x.changeSecrets(ctx, old, next, typed); err != nil {
			return err
		}
	}
	if err := x.Engine.Do(ctx, uploader.SaveServer{Server: next}); err != nil {
		return err
	}
	return errors.Join(x.Engine.Do(ctx, uploader.Unblock{Server: next.ID}), x.replyServer(next.Endpoint, reply))
}

func (x *Executor) changeSecrets(ctx context.Context, old, next uploader.Server, typed connect.Secrets) (uploader.Server, error) {
	if err := x.checkStorage(ctx, next); err != nil {
		return next, err
	}
	secrets, err := connect.CompleteSecrets(ctx, x.Keys, old, next, typed)
	if err != nil {
		return next, keyringError(err)
	}
	return x.saveSecrets(ctx, old, next, secrets)
}

// changeable returns a saved server that the user can change, by name or URL.
func (x *Executor) changeable(to string) (uploader.Server, error) {
	server, _, err := savedServer(x.Engine.Snapshot().Servers, to, nil)
	if err == nil && server.Builtin() {
		return server, usageError("cli.server.builtin", nil)
	}
	return server, err
}

// deleteServer removes a server, and its unfinished uploads if the request says so.
func (x *Executor) deleteServer(ctx context.Context, request instance.Request, reply func(Reply) error) error {
	server, err := x.changeable(request.To)
	if err != nil {
		return err
	}
	s := x.Engine.Snapshot()
	entry := newServerEntry(s, server)
	if ids := unfinished(s, server.ID); len(ids) > 0 || isScanning(s, server.ID) {
		if !request.Force {
			return &UserError{Text: words.Count("cli.server.busy", len(ids), words.Data{"Name": words.Server(server)})}
		}
		if err := x.cancelUploads(ctx, server.ID, ids); err != nil {
			return err
		}
	}
	if err := x.Engine.Do(ctx, uploader.RemoveServer{ID: server.ID}); err != nil {
		return err
	}
	entry.Removed, entry.Unfinished = true, 0
	err = reply(Reply{Server: entry})
	if x.deleteSecrets(ctx, server) != nil {
		return errors.Join(userError("cli.server.secret-left", words.Data{"Name": words.Server(server)}), err)
	}
	return err
}

// isScanning reports whether files for a server are still being found.
func isScanning(s *uploader.Snapshot, server uploader.ServerID) bool {
	for _, b := range s.Batches {
		if b.Server == server && !b.Scanned {
			return true
		}
	}
	return false
}

// cancelUploads cancels the unfinished uploads to a server and removes them from the list.
// It waits until the server has deleted them, or cannot.
func (x *Executor) cancelUploads(ctx context.Context, server uploader.ServerID, ids []uploader.TransferID) error {
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	updates := x.Engine.Watch(ctx)
	for id, b := range x.Engine.Snapshot().Batches {
		if b.Server == server && !b.Scanned {
			if err := x.Engine.Do(ctx, uploader.StopScan{Batch: id}); err != nil {
				return err
			}
		}
	}
	if err := x.Engine.Do(ctx, uploader.Remove{Target: uploader.TargetTransfers(ids...)}); err != nil {
		return err
	}
	for len(unfinished(x.Engine.Snapshot(), server)) > 0 {
		if _, open := <-updates; !open {
			return errors.Join(userError("cli.server.cancelling", nil), context.Cause(ctx))
		}
	}
	return nil
}

// testSaved tests a saved server with its secrets, or a URL.
func (x *Executor) testSaved(ctx context.Context, request instance.Request, reply func(Reply) error) error {
	header, err := parseHeaders(request.Headers)
	if err != nil {
		return err
	}
	server, header, err := savedServer(x.Engine.Snapshot().Servers, request.To, header)
	if err != nil && isURL(request.To) {
		server = uploader.Server{Access: uploader.Access{CertificateFingerprint: fingerprintOf(request.To)}}
		server.Endpoint, header, err = parseAddress(request.To, header)
	}
	if err != nil {
		return err
	}
	setHeader(x.Connector, server.Endpoint, header)
	var test *TestEntry
	if server.ID == 0 {
		test, _, err = x.testNew(ctx, server, nil)
	} else {
		test, err = x.testServer(ctx, server, nil)
	}
	if fault.IsCanceled(err) {
		return err
	}
	return reply(Reply{Test: test})
}

// testNew is testServer for one that is not saved. The server that it returns has the endpoint at
// which it was found.
func (x *Executor) testNew(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (*TestEntry, uploader.Server, error) {
	start := time.Now()
	result, server, err := uploader.FindEndpoint(server, func(server uploader.Server) (uploader.ServerTest, error) {
		return x.Connector.Test(ctx, server, secrets)
	})
	return newTestEntry(server, result, time.Since(start), err), server, err
}

// testServer tests a server. secrets need not be in the keyring; if nil, those are used.
// The result is valid with an error, too.
func (x *Executor) testServer(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (*TestEntry, error) {
	start := time.Now()
	result, err := x.Connector.Test(ctx, server, secrets)
	return newTestEntry(server, result, time.Since(start), err), err
}

// replyServer passes the entry of the server with an endpoint to reply.
func (x *Executor) replyServer(endpoint string, reply func(Reply) error) error {
	s := x.Engine.Snapshot()
	server, ok := findByEndpoint(s.Servers, endpoint)
	if !ok {
		return fault.Newf(fault.Bug, fault.Save, "server %s missing after save", endpoint)
	}
	return reply(Reply{Server: newServerEntry(s, server)})
}

// useServer makes this run use a saved server with a change. Nothing of it is saved.
func (x *Executor) useServer(ctx context.Context, saved uploader.Server, change instance.ServerChange) error {
	if change.Preset != nil {
		change.Preset = presetOf(saved, *change.Preset)
	}
	used := changed(saved, change)
	used.ID, used.Name, used.Endpoint, used.OriginalEndpoint = saved.ID, saved.Name, saved.Endpoint, saved.OriginalEndpoint
	used.Access.SignIn, used.Access.User, used.Access.SecretName = saved.Access.SignIn, saved.Access.User, saved.Access.SecretName
	if used == saved {
		return nil
	}
	if saved.Builtin() {
		return usageError("cli.server.builtin", nil)
	}
	if used.Options.GivenURL != saved.Options.GivenURL {
		return usageError("cli.server.given-saved", words.Data{"Name": words.Server(saved)})
	}
	if err := checkServer(used); err != nil {
		return err
	}
	if change.Preset != nil {
		used = x.withLimits(ctx, used, nil, change)
	}
	return x.Engine.Do(ctx, uploader.UseServer{Server: used})
}

// presetOf returns the preset with which a run uses a saved server: how that is reached, what
// was found out about it, and the hosts that the user allowed stay.
func presetOf(saved, preset uploader.Server) *uploader.Server {
	preset.Access = saved.Access
	preset.Options = preset.Options.WithFound(saved.Options)
	preset.Options.AllowedHosts = mergeHosts(saved.Options.AllowedHosts, preset.Options.AllowedHosts)
	return &preset
}

// checkStorage returns an error unless the secrets that a server needs can be saved.
func (x *Executor) checkStorage(ctx context.Context, server uploader.Server) error {
	if !connect.NeedsSecret(server.Access) {
		return nil
	}
	switch x.Keys.Storage(ctx) {
	case platform.StorageMemory:
		return userError("cli.keyring.none", nil)
	case platform.StorageLockedFile:
		return userError("cli.keyring.locked", nil)
	default:
		return nil
	}
}

// saveSecrets saves the secrets of a server in the keyring, and returns the server with
// their name. They must not only be in memory.
func (x *Executor) saveSecrets(ctx context.Context, old, next uploader.Server, secrets connect.Secrets) (uploader.Server, error) {
	if next.Access.SignIn != uploader.SignInNone && secrets.SignIn == "" || connect.ProxyNeedsPassword(next.Access.Proxy) && secrets.Proxy == "" {
		return next, usageError("cli.usage.secret", nil)
	}
	if !connect.NeedsSecret(next.Access) && old.Access.SecretName == "" {
		return next, nil
	}
	next, err := connect.SaveSecrets(ctx, x.Keys, old, next, secrets)
	if err != nil {
		return next, keyringError(err)
	}
	if connect.NeedsSecret(next.Access) && x.Keys.Storage(ctx) == platform.StorageMemory { // the keyring failed
		return next, errors.Join(userError("cli.keyring.none", nil), x.deleteSecrets(ctx, next))
	}
	return next, nil
}

func (x *Executor) deleteSecrets(ctx context.Context, server uploader.Server) error {
	if server.Access.SecretName == "" {
		return nil
	}
	return x.Keys.Delete(ctx, server.Access.SecretName)
}

// keyringError returns an error of a keyring as text for the user.
func keyringError(err error) error {
	switch {
	case fault.IsCanceled(err):
		return err
	case errors.Is(err, platform.ErrLocked):
		return userError("cli.keyring.locked", nil)
	default:
		f := fault.New(fault.Auth, fault.Save, err)
		f.Code = fault.CodeKeyringFailed
		return f
	}
}

// signInLine returns the header field of a sign-in for one run.
func signInLine(kind uploader.SignIn, user, secret string) string {
	if kind == uploader.SignInBearer {
		return "Authorization: Bearer " + secret
	}
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, secret)
	return "Authorization: " + r.Header.Get("Authorization")
}
