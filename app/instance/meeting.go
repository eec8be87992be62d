package instance

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
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
	file, err := os.CreateTemp(filepath.Dir(path), ".meeting-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
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
