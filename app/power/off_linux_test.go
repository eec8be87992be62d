package power_test

import (
	"context"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/power"
)

// fakePower is the part of logind that ends the use of the computer.
type fakePower struct {
	*record
	refuse bool
}

func (f fakePower) Suspend(interactive bool) *dbus.Error  { return f.call("Suspend", interactive) }
func (f fakePower) PowerOff(interactive bool) *dbus.Error { return f.call("PowerOff", interactive) }

func (f fakePower) call(name string, interactive bool) *dbus.Error {
	if f.refuse {
		return dbus.NewError("org.freedesktop.login1.OperationInProgress", nil)
	}
	if interactive {
		name += " with questions"
	}
	f.add(name)
	return nil
}

func TestSleepAndShutDownCallLogind(t *testing.T) {
	for name, call := range map[string]func(context.Context) error{"Suspend": power.Sleep, "PowerOff": power.ShutDown} {
		t.Run(name, func(t *testing.T) {
			bustest.PrivateSystem(t)
			conn := connect(t)
			logind := fakePower{record: newRecord()}
			bustest.Export(t, conn, logind, "/org/freedesktop/login1", login+".Manager")
			own(t, conn, login)
			if err := call(t.Context()); err != nil {
				t.Fatal(err)
			}
			logind.want(t, name)

			bustest.Export(t, conn, fakePower{refuse: true}, "/org/freedesktop/login1", login+".Manager")
			if call(t.Context()) == nil {
				t.Error("no error although logind refuses")
			}
			_ = conn.Close()
			if call(t.Context()) == nil {
				t.Error("no error without logind")
			}
		})
	}
}
