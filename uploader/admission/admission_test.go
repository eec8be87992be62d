package admission_test

import (
	"math"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/admission"
	"github.com/ferryapp/ferry/uploader/fault"
)

const server = uploader.ServerID(2)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.Local) // a Monday

func TestCapacity(t *testing.T) {
	always := [7]bool{true, true, true, true, true, true, true}
	offline := &fault.Fault{Kind: fault.Offline}
	for name, c := range map[string]struct {
		change func(*admission.Control)
		server uploader.ServerID
		want   int
		reason uploader.HoldReason // of the hold, where want is 0 and blocked is false
		block  bool                // the server waits for the user
	}{
		"unlimited by default": {func(*admission.Control) {}, server, math.MaxInt, 0, false},
		"limited by server options": {
			func(c *admission.Control) { c.SetServer(server, uploader.ServerOptions{MaxFiles: 2}) }, server, 2, 0, false,
		},
		"held on a metered network by the settings": {
			func(c *admission.Control) {
				s := uploader.DefaultSettings()
				s.Metered = uploader.MeteredHold
				c.Configure(s, now)
				c.SetMetered(true)
			}, server, 0, uploader.HeldByMetering, false,
		},
		"built-in receiver not held on a metered network": {
			func(c *admission.Control) {
				s := uploader.DefaultSettings()
				s.Metered = uploader.MeteredHold
				c.Configure(s, now)
				c.SetMetered(true)
			}, uploader.BuiltinServer, math.MaxInt, 0, false,
		},
		"not held on a metered network by default": {
			func(c *admission.Control) { c.SetMetered(true) }, server, math.MaxInt, 0, false,
		},
		"held by the schedule": {
			func(c *admission.Control) {
				s := uploader.DefaultSettings()
				s.Schedule = uploader.Schedule{{Days: always, From: 11 * time.Hour, Until: 13 * time.Hour, Limit: uploader.SendNothing}}
				c.Configure(s, now)
			}, server, 0, uploader.HeldBySchedule, false,
		},
		"unreachable server held until the next try": {
			func(c *admission.Control) { c.HoldUntil(server, offline, now.Add(time.Minute)) }, server, 0, uploader.HeldByServer, false,
		},
		"hold of a server expires": {
			func(c *admission.Control) {
				c.HoldUntil(server, offline, now.Add(time.Minute))
				c.EndExpiredHolds(now.Add(time.Minute))
			}, server, math.MaxInt, 0, false,
		},
		"hold of a server ends when it accepts data": {
			func(c *admission.Control) {
				c.HoldUntil(server, offline, now.Add(time.Minute))
				c.Accepted(server, now)
			}, server, math.MaxInt, 0, false,
		},
		"blocked until the user signs in": {
			func(c *admission.Control) {
				c.Block(server, &fault.Fault{Kind: fault.Auth})
				c.HoldUntil(server, offline, now.Add(time.Minute))
				c.EndExpiredHolds(now.Add(time.Hour))
				c.EndServerHolds()
				c.Accepted(server, now)
			}, server, 0, 0, true,
		},
		"unblocked by the user": {
			func(c *admission.Control) {
				c.Block(server, &fault.Fault{Kind: fault.Auth})
				c.Unblock(server)
			}, server, math.MaxInt, 0, false,
		},
		"refusal halves the running transfers": {
			func(c *admission.Control) { c.Refused(server, 16, now) }, server, 8, 0, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			control := admission.New(uploader.DefaultSettings(), now)
			control.SetServer(server, uploader.ServerOptions{})
			c.change(control)
			if got := control.Capacity(c.server); got != c.want {
				t.Errorf("capacity is %d, want %d", got, c.want)
			}
			hold, held := control.Hold(c.server)
			if held != (c.want == 0 && !c.block) || held && hold.Reason != c.reason {
				t.Errorf("hold is %+v, %v", hold, held)
			}
			if _, blocked := control.Blocked()[c.server]; blocked != c.block {
				t.Errorf("blocked for the user: %v, want %v", blocked, c.block)
			}
		})
	}
}

func TestBoundsFollowChanges(t *testing.T) {
	settings := uploader.DefaultSettings()
	settings.Connections = 8
	control := admission.New(settings, now)
	control.SetServer(server, uploader.ServerOptions{})
	usual := control.Bounds(server, nil)
	batch := control.Bounds(server, &uploader.Batch{ID: 1, Options: uploader.BatchOptions{Connections: 3, Limit: 1000}})
	if got := usual.Connections(); got != 8 || usual.PartsRequested {
		t.Errorf("%d connections, parts requested: %v", got, usual.PartsRequested)
	}
	if got := batch.Connections(); got != 3 || !batch.PartsRequested || len(batch.Limits) != 3 {
		t.Errorf("batch: %d connections, parts requested: %v, %d limits", got, batch.PartsRequested, len(batch.Limits))
	}
	control.SetServer(server, uploader.ServerOptions{Connections: 2})
	if got := usual.Connections(); got != 2 || !control.Bounds(server, nil).PartsRequested {
		t.Errorf("%d connections after the server's options changed, want 2", got)
	}
	control.Refused(server, 2, now)
	if got := usual.Connections(); got != 1 {
		t.Errorf("%d connections after a refusal, want 1", got)
	}
	if same := control.Bounds(server, &uploader.Batch{ID: 1, Options: uploader.BatchOptions{Limit: 1000}}); same.Limits[2] != batch.Limits[2] {
		t.Error("workers of a batch have different limits")
	}
}

// TestSmallFiles begins with few small files at the same time, and has one more for each
// that was uploaded until a server refuses a request.
func TestSmallFiles(t *testing.T) {
	control := admission.New(uploader.DefaultSettings(), now)
	first := control.SmallFiles()
	for want := first + 1; want <= admission.MaxSmallFiles; want++ {
		if changed := control.SmallFileSent(); !changed || control.SmallFiles() != want {
			t.Fatalf("%d small files, changed: %v, want %d", control.SmallFiles(), changed, want)
		}
	}
	if control.SmallFileSent() || control.SmallFiles() != admission.MaxSmallFiles {
		t.Errorf("%d small files, want at most %d", control.SmallFiles(), admission.MaxSmallFiles)
	}
	for name, reduce := range map[string]func(){
		"refused": func() { control.Refused(server, 48, now) },
		"slow":    func() { control.Slow(server, 48, 1, now) },
	} {
		for control.SmallFileSent() {
			continue
		}
		control.SetServer(server, uploader.ServerOptions{})
		if reduce(); control.SmallFiles() != first {
			t.Errorf("%s: %d small files, want %d", name, control.SmallFiles(), first)
		}
		control = admission.New(uploader.DefaultSettings(), now)
	}
}
