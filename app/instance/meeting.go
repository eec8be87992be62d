package instance

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"

	"github.com/ferryapp/ferry/uploader/atomicfile"
)

// meeting is the content of the file that tells where to find the holder.
type meeting struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

func newToken() string { return rand.Text() }

// write puts the meeting into its file, whole or not at all. Only the user can
// read it.
func (m meeting) write(path string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, text, 0o600)
}

// readMeeting reads the file. An address that is not on loopback is not
// believed.
func readMeeting(path string) (meeting, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return meeting{}, err
	}
	var m meeting
	if err := json.Unmarshal(text, &m); err != nil {
		return meeting{}, fmt.Errorf("parse %s: %w", path, err)
	}
	address, err := netip.ParseAddrPort(m.Address)
	if err != nil {
		return meeting{}, fmt.Errorf("parse %s: %w", path, err)
	}
	if !address.Addr().IsLoopback() {
		return meeting{}, fmt.Errorf("parse %s: %s is not on this computer", path, address)
	}
	return m, nil
}
