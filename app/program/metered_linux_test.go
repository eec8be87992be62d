package program

import (
	"testing"
	"time"

	"github.com/godbus/dbus/v5/prop"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
)

// TestMeteredNetworkIsKnownWhileLoading opens a session on a metered network and does not wait
// until everything is loaded: what is sent meanwhile must not use that network.
func TestMeteredNetworkIsKnownWhileLoading(t *testing.T) {
	bustest.PrivateSystem(t)
	const manager = "org.freedesktop.NetworkManager"
	_, err := prop.Export(bustest.Service(t, manager), "/org/freedesktop/NetworkManager", prop.Map{manager: {"Metered": {Value: uint32(1), Emit: prop.EmitTrue}}})
	must(t, err)
	c := testCommand(pausedProfile(t))
	s := &session{lock: acquire(t, c.profile), loaded: make(chan struct{})}
	must(t, s.open(t.Context(), c, options{}))
	s.settings.Update(func(s *settings.Settings) { s.Transfers.Schedule, s.Transfers.Metered = nil, uploader.MeteredHold })
	updates, timeout := s.engine.Watch(t.Context()), time.After(5*time.Minute)
	must(t, s.engine.Do(t.Context(), uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: "http://127.0.0.1:1/"}}))
	held := func() bool {
		for _, hold := range s.engine.Snapshot().Holds {
			if hold.Reason == uploader.HeldByMetering {
				return true
			}
		}
		return false
	}
	for !held() {
		select {
		case <-updates:
		case <-timeout:
			t.Fatal("the engine does not know that the network is metered")
		}
	}
	must(t, s.load(t.Context(), c, options{}))
	close(s.loaded)
	must(t, s.close(nil))
}
