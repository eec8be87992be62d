package servers

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// submit is the action of Enter in a field, and that of the button that adds or saves the
// server. A new server is checked first, and added if it is ready.
func (d *serverDialog) submit() {
	switch {
	case d.accept.Disabled():
	case d.old.ID != 0 || d.checked:
		d.saveServer()
	default:
		d.startCheck(true)
	}
}

// readValid reads the fields. If one is invalid, it shows the error and the field, gives that
// the focus and returns false.
func (d *serverDialog) readValid() (uploader.Server, connect.Secrets, bool) {
	next, typed, err := d.read()
	if err == nil {
		next.ID = d.old.ID
		return next, typed, true
	}
	d.setResult(err.Error(), theme.Error)
	if invalid, ok := errors.AsType[*fieldError](err); ok {
		d.showField(invalid.field)
		d.canvas.Focus(invalid.field)
	}
	return next, typed, false
}

// showField opens the fields below the button if a field is one of them.
func (d *serverDialog) showField(field fyne.Focusable) {
	object, ok := field.(fyne.CanvasObject)
	if !ok || d.moreOpen || !hiddenIn(d.rows.Objects, object) {
		return
	}
	d.moreOpen = true
	d.arrange()
	d.resize()
}

// hiddenIn reports whether an object is in a hidden one of the objects, at any depth.
func hiddenIn(objects []fyne.CanvasObject, object fyne.CanvasObject) bool {
	for _, o := range objects {
		if !o.Visible() && contains(o, object) {
			return true
		}
		if inner, ok := o.(*fyne.Container); ok && hiddenIn(inner.Objects, object) {
			return true
		}
	}
	return false
}

// contains reports whether an object is another one, or in it, at any depth.
func contains(o, object fyne.CanvasObject) bool {
	if o == object {
		return true
	}
	inner, ok := o.(*fyne.Container)
	return ok && slices.ContainsFunc(inner.Objects, func(o fyne.CanvasObject) bool { return contains(o, object) })
}

// startCheck tests the server. With add, a server that is ready is added.
func (d *serverDialog) startCheck(add bool) {
	next, typed, ok := d.readValid()
	if !ok {
		return
	}
	d.reset()
	host := hostOf(next.Endpoint)
	d.name.SetPlaceHolder(host)
	d.check.Disable()
	d.accept.Disable()
	draw.SetVisible(d.busy, true)
	d.busy.Start()
	d.setResult(words.Text("server.checking", words.Data{"Server": host}), theme.Muted)
	attempt := d.attempt
	d.bridge.Run(func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		d.bridge.Post(func() { d.setCancelCheck(attempt, cancel) })
		var result uploader.ServerTest
		secrets, err := connect.CompleteSecrets(ctx, d.access, d.old, next, typed)
		start := time.Now()
		found := next
		if err == nil {
			result, found, err = uploader.FindEndpoint(next, func(server uploader.Server) (uploader.ServerTest, error) {
				return d.access.Test(ctx, server, &secrets)
			})
		}
		latency := time.Since(start)
		limits := d.askLimits(ctx, found, &secrets, err)
		d.bridge.Post(func() {
			d.showLimits(attempt, limits)
			if attempt == d.attempt && found.Endpoint != next.Endpoint {
				d.checkedAt(found.Endpoint, result, latency)
				return
			}
			d.showResult(attempt, result, latency, err)
			if add && d.checked && err == nil && result.Outcome() == uploader.TestReady && d.attempt == attempt+1 {
				d.saveServer()
			}
		})
	})
}

// hostOf returns the host of a URL.
func hostOf(endpoint string) string {
	if u, err := url.Parse(endpoint); err == nil {
		return u.Host
	}
	return endpoint
}

// setCancelCheck sets the function that cancels a check, or calls it if the check is no
// longer the current one.
func (d *serverDialog) setCancelCheck(attempt int, cancel context.CancelFunc) {
	if attempt == d.attempt {
		d.cancelCheck = cancel
		return
	}
	cancel()
}

// showResult shows the result of a check, unless it is outdated.
func (d *serverDialog) showResult(attempt int, result uploader.ServerTest, latency time.Duration, err error) {
	if attempt != d.attempt {
		return
	}
	d.reset()
	d.checked = true
	if err != nil {
		d.checkFailed(err)
		return
	}
	next, _, _ := d.read()
	text, tone := resultText(result, hostOf(next.Endpoint), latency)
	if d.old.ID == 0 {
		d.offerSaveAfter(result.Outcome())
	}
	d.setResult(text, tone)
}

// resultText returns the text about the result of a check and its tone: a warning for
// advice, an error for an address that does not accept uploads.
func resultText(result uploader.ServerTest, host string, latency time.Duration) (string, theme.Tone) {
	switch result.Outcome() {
	case uploader.TestReady:
		return readyText(result, latency), theme.Success
	case uploader.TestNotTus:
		return words.ServerTest(result, host), theme.Error
	default:
		return words.ServerTest(result, host), theme.Warning
	}
}

// checkedAt shows the result of a check that found the server at another endpoint than the
// user typed.
func (d *serverDialog) checkedAt(endpoint string, result uploader.ServerTest, latency time.Duration) {
	typed, _ := parseAddress(d.address.Text) // it was valid when the check started
	d.address.SetText(endpoint + netx.FingerprintFragment(typed.fingerprint))
	d.showResult(d.attempt, result, latency, nil)
	text, tone := resultText(result, hostOf(endpoint), latency)
	d.setResult(words.Text("server.found", words.Data{"Address": words.Printable(endpoint)})+"\n"+text, tone)
}

// checkFailed shows why a check failed, and offers to add the server anyway.
func (d *serverDialog) checkFailed(err error) {
	f := faultOf(err)
	next, _, _ := d.read()
	if d.old.ID == 0 {
		d.offerAnyway()
		d.showSignIn(next, f)
	}
	d.setResult(words.WithServerMessage(checkFaultText(f, next, d.kind()), f), faultTone(f))
	if f.Code == fault.CodeHostNotAllowed {
		d.dialogs.Ask(HostQuestion(hostOf(next.Endpoint), f.Detail, func() { d.allowHost(f.Detail) }))
	}
}

// faultTone returns the tone of the text about a check that failed. A server that cannot
// serve requests at the moment may do so later.
func faultTone(f *fault.Fault) theme.Tone {
	if f.Kind == fault.Transient || f.Kind == fault.Busy {
		return theme.Warning
	}
	return theme.Error
}

// allowHost allows a host to which the server redirects, and checks the server again.
func (d *serverDialog) allowHost(host string) {
	d.allowedHosts.SetText(strings.TrimSpace(d.allowedHosts.Text + " " + host))
	d.startCheck(false)
}

// showSignIn shows the fields of the sign-in that a server asks for. The kind is chosen if
// the server says it.
func (d *serverDialog) showSignIn(typed uploader.Server, f *fault.Fault) {
	if f.Kind != fault.Auth || typed.Access.SignIn != uploader.SignInNone || d.presets == nil || !d.presets.plain() {
		return
	}
	d.signInAsked = true
	if wanted, known := wantedSignIn(typed, f.Challenge); known {
		d.signIn.ShowIndex(slices.Index(signIns, wanted.kind))
	}
	d.arrange()
	d.resize()
	switch d.kind() {
	case uploader.SignInBasic:
		d.canvas.Focus(d.user)
	case uploader.SignInBearer:
		d.canvas.Focus(d.secret)
	default:
		d.canvas.Focus(d.signIn)
	}
}

// checkFaultText returns the text for the fault of a check. Chosen is the sign-in whose fields are
// shown now.
func checkFaultText(f *fault.Fault, typed uploader.Server, chosen uploader.SignIn) string {
	host := hostOf(typed.Endpoint)
	switch {
	case f.Code == fault.CodeSignInRejected || f.Code == fault.CodeForbidden && f.Kind == fault.Auth && typed.Access.SignIn != uploader.SignInNone:
		return words.Text("server.sign-in.refused", words.Data{"Server": words.Printable(host)})
	case f.Kind != fault.Auth || slices.Contains(fault.Codes(), f.Code) && f.Code != fault.CodeForbidden:
		return words.Fault(f, words.Subject{Server: host}).String()
	case chosen == uploader.SignInNone:
		return words.Text("server.sign-in.asked", words.Data{"Server": words.Printable(host)})
	case typed.Access.SignIn == uploader.SignInNone:
		return words.Text("server.sign-in.fill-in", words.Data{"Server": words.Printable(host)})
	default:
		return words.Text("server.sign-in.refused", words.Data{"Server": words.Printable(host)})
	}
}

// faultOf returns the fault of an error. Errors without a fault are those of the keyring.
func faultOf(err error) *fault.Fault {
	f := fault.Of(err)
	if f.Kind == fault.Bug {
		f = fault.New(fault.Auth, fault.Load, err)
		f.Code = fault.CodeKeyringFailed
	}
	if errors.Is(err, platform.ErrLocked) {
		f.Code = fault.CodeKeyringLocked
	}
	return f
}

// offerSaveAfter offers to add the server, after a test with an outcome.
func (d *serverDialog) offerSaveAfter(outcome uploader.TestOutcome) {
	switch outcome {
	case uploader.TestReady, uploader.TestUndeclared:
	default:
		d.offerAnyway()
	}
}

// offerAnyway makes the button add the server although the check has failed.
func (d *serverDialog) offerAnyway() {
	d.accept.Importance = widget.MediumImportance
	d.accept.SetText(words.Text("server.add-anyway"))
	d.box.Refresh()
}

// saveServer saves the secrets of the server and then the server.
func (d *serverDialog) saveServer() {
	next, typed, ok := d.readValid()
	if !ok {
		return
	}
	d.accept.Disable()
	d.bridge.Run(func(ctx context.Context) {
		secrets, err := connect.CompleteSecrets(ctx, d.access, d.old, next, typed)
		if err == nil {
			next, err = connect.SaveSecrets(ctx, d.access, d.old, next, secrets)
		}
		d.bridge.Post(func() {
			switch {
			case err == nil:
				d.save(next, d.saved)
			case errors.Is(err, platform.ErrLocked):
				d.accept.Enable()
				d.unlock(func() { d.readStorage(); d.saveServer() })
			default:
				d.accept.Enable()
				d.setResult(words.Fault(faultOf(err), words.Subject{Server: hostOf(next.Endpoint)}).String(), theme.Error)
			}
		})
	})
}

// saved closes the dialog, or shows the error of SaveServer.
func (d *serverDialog) saved(err error) {
	d.accept.Enable()
	if err == nil {
		d.box.Hide()
		return
	}
	if errors.Is(err, context.Canceled) {
		return
	}
	d.setResult(words.Fault(fault.Of(err), words.Subject{}).String(), theme.Error)
}
