package program

import (
	"encoding/hex"
	"hash/fnv"

	"github.com/ferryapp/ferry/app"
	"github.com/ferryapp/ferry/app/platform"
)

// autostart returns the entry that makes the system start Ferry at login, one for
// each profile; nil if the path of the program is unknown.
func (c command) autostart() app.Autostart {
	path, err := platform.ExecutablePath()
	if err != nil {
		c.log.Warn("autostart not possible", "err", err)
		return nil
	}
	entry := platform.Autostart{ID: app.ID, Name: "Ferry", Command: []string{path, "--hidden"}}
	if !c.profile.Default {
		sum := fnv.New64a()
		_, _ = sum.Write([]byte(c.profile.Dir)) // never fails
		entry.ID += "-" + hex.EncodeToString(sum.Sum(nil))
		entry.Command = append(entry.Command, "--profile", c.profile.Dir)
	}
	return entry
}
