package program

import (
	"encoding/hex"
	"hash/fnv"

	"github.com/ferryapp/ferry/app"
	"github.com/ferryapp/ferry/app/platform"
)

// autostart is this program's entry among those that the system starts at login;
// nil when it cannot be known how to start it. Every profile has its own.
func (w work) autostart() app.Autostart {
	path, err := platform.Program()
	if err != nil {
		w.log.Warn("autostart not possible", "err", err)
		return nil
	}
	entry := platform.Autostart{ID: app.ID, Name: "Ferry", Command: []string{path, "--hidden"}}
	if !w.profile.Usual {
		sum := fnv.New64a()
		_, _ = sum.Write([]byte(w.profile.Dir)) // a hash takes everything
		entry.ID += "-" + hex.EncodeToString(sum.Sum(nil))
		entry.Command = append(entry.Command, "--profile", w.profile.Dir)
	}
	return entry
}
