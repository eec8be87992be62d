package instance

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"

	"github.com/ferryapp/ferry/uploader/atomicfile"
)

// instanceFile is the content of the file with the address of the running instance.
type instanceFile struct {
	Address string `json:"address"` // host:port on loopback
	Token   string `json:"token"`
}

func newToken() string { return rand.Text() }

// write replaces the file atomically. Only the user can read it.
func (f instanceFile) write(path string) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, text, 0o600)
}

// readInstanceFile reads the file. It rejects an address that is not on loopback.
func readInstanceFile(path string) (instanceFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return instanceFile{}, err
	}
	var f instanceFile
	if err := json.Unmarshal(text, &f); err != nil {
		return instanceFile{}, fmt.Errorf("parse %s: %w", path, err)
	}
	address, err := netip.ParseAddrPort(f.Address)
	if err != nil {
		return instanceFile{}, fmt.Errorf("parse %s: %w", path, err)
	}
	if !address.Addr().IsLoopback() {
		return instanceFile{}, fmt.Errorf("parse %s: %s is not a loopback address", path, address)
	}
	return f, nil
}
