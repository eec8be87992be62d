package app

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/widgets/theme"
)

// submit is what Enter does in a field: whatever comes next.
func (d *serverDialog) submit() {
	if d.accept.Visible() {
		d.take()
		return
	}
	d.try()
}

// understand reads the fields, and says what is wrong with them.
func (d *serverDialog) understand() (uploader.Server, connect.Secrets, bool) {
	next, typed, err := d.read()
	if err == nil {
		next.ID = d.old.ID
		return next, typed, true
	}
	d.say(err.Error(), theme.Error)
	if wrong, ok := errors.AsType[*fieldError](err); ok {
		d.parent.Canvas().Focus(wrong.in)
	}
	return next, typed, false
}

// try asks the server what it can do.
func (d *serverDialog) try() {
	next, typed, good := d.understand()
	if !good {
		return
	}
	d.edited()
	host := hostAt(next.Endpoint)
	d.name.SetPlaceHolder(host)
	d.check.Disable()
	d.busy.Show()
	d.busy.Start()
	d.say(words.Say("server.checking", words.Data{"Server": host}), theme.Muted)
	trial := d.trial
	d.bridge.Run(func(ctx context.Context) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		d.bridge.Post(func() { d.stoppable(trial, stop) })
		var answer connect.Answer
		secrets, err := whole(ctx, d.access, d.old, next, typed)
		began := time.Now()
		found := next
		if err == nil {
			answer, found, err = tryUsual(ctx, d.access, next, &secrets)
		}
		took := time.Since(began)
		d.bridge.Post(func() {
			if trial == d.trial && found.Endpoint != next.Endpoint {
				d.moved(found.Endpoint, answer, took)
				return
			}
			d.tried(trial, answer, took, err)
		})
	})
}

// hostAt is what to call a server by its address alone.
func hostAt(endpoint string) string {
	if u, err := url.Parse(endpoint); err == nil {
		return u.Host
	}
	return endpoint
}

func (d *serverDialog) stoppable(trial int, stop context.CancelFunc) {
	if trial == d.trial {
		d.stop = stop
		return
	}
	stop()
}

func (d *serverDialog) tried(trial int, answer connect.Answer, took time.Duration, err error) {
	if trial != d.trial {
		return
	}
	d.edited()
	if err != nil {
		d.failed(err)
		return
	}
	if d.old.ID == 0 {
		d.offer(words.Say("server.add"), widget.HighImportance)
	}
	d.say(abilities(answer.Capabilities, took)+uploadOf(answer), theme.Success)
}

// moved offers the server at the address where it was found, which is another than
// was typed.
func (d *serverDialog) moved(endpoint string, answer connect.Answer, took time.Duration) {
	d.address.SetText(endpoint)
	d.tried(d.trial, answer, took, nil)
	found := words.Say("server.found", words.Data{"Address": words.Printable(endpoint)})
	d.say(found+"\n"+d.result.Text(), theme.Success)
}

// uploadOf says what an upload holds whose URL was given.
func uploadOf(answer connect.Answer) string {
	if answer.Upload == nil {
		return ""
	}
	return "\n" + words.Say("server.given.holds", words.Data{"SizeOf": words.SizeOf(answer.Upload.Offset, max(answer.Upload.Length, 0))})
}

// failed says why, and offers to take the server all the same when it may work
// another time.
func (d *serverDialog) failed(err error) {
	f := faultOf(err)
	next, _, _ := d.read()
	d.say(refusal(f, next), theme.Error)
	if d.old.ID != 0 {
		return
	}
	switch f.Kind {
	case fault.Offline, fault.Unreachable, fault.Transient, fault.Busy, fault.Auth:
		d.offer(words.Say("server.add-anyway"), widget.MediumImportance)
	}
}

// refusal says a fault of a server that was tried as it is typed.
func refusal(f *fault.Fault, typed uploader.Server) string {
	host := hostAt(typed.Endpoint)
	switch {
	case f.Kind != fault.Auth || slices.Contains(fault.Codes(), f.Code):
		return words.Fault(f, words.Subject{Server: host}).String()
	case typed.Access.SignIn == uploader.SignInNone:
		return words.Say("server.sign-in.asked", words.Data{"Server": words.Printable(host)})
	default:
		return words.Say("server.sign-in.refused", words.Data{"Server": words.Printable(host)})
	}
}

// faultOf is the fault of whatever failed, also of the keyring.
func faultOf(err error) *fault.Fault {
	f := fault.Of(err)
	if f.Kind == fault.Bug {
		f = fault.New(fault.Auth, fault.Load, err)
		f.Code = fault.CodeKeyring
	}
	if errors.Is(err, platform.ErrLocked) {
		f.Code = fault.CodeLocked
	}
	return f
}

func (d *serverDialog) offer(label string, importance widget.Importance) {
	d.accept.Importance = importance
	d.accept.SetText(label)
	d.accept.Show()
	if importance == widget.HighImportance {
		d.check.Hide()
	}
	d.box.Refresh()
}

// take saves the server, its secrets first.
func (d *serverDialog) take() {
	next, typed, good := d.understand()
	if !good {
		return
	}
	d.accept.Disable()
	d.bridge.Run(func(ctx context.Context) {
		secrets, err := whole(ctx, d.access, d.old, next, typed)
		if err == nil {
			next, err = keep(ctx, d.access, d.old, next, secrets)
		}
		d.bridge.Post(func() {
			switch {
			case err == nil:
				d.save(next, d.saved)
			case errors.Is(err, platform.ErrLocked):
				d.accept.Enable()
				d.unlock(func() { d.look(); d.take() })
			default:
				d.accept.Enable()
				d.say(words.Fault(faultOf(err), words.Subject{Server: hostAt(next.Endpoint)}).String(), theme.Error)
			}
		})
	})
}

func (d *serverDialog) saved(err error) {
	d.accept.Enable()
	if err == nil {
		d.box.Hide()
		return
	}
	if errors.Is(err, context.Canceled) {
		return
	}
	d.say(words.Fault(fault.Of(err), words.Subject{}).String(), theme.Error)
}
