package instance

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ferryapp/ferry/uploader/atomicfile"
	"github.com/ferryapp/ferry/uploader/privatefile"
)

// maxInstanceFile is the maximum size of the instance file in bytes.
const maxInstanceFile = 4096

// minToken is the minimum length of a token; those of newToken are longer.
const minToken = 20

// instanceFile is the content of the file with the address of the running instance.
type instanceFile struct {
	endpoint endpoint
	token    string
}

// wireInstanceFile is an [instanceFile] in JSON. The address is base64, since paths
// need not be UTF-8. Ferry 0.1.0 wrote no network and a plain address.
type wireInstanceFile struct {
	Network string `json:"network"`
	Address []byte `json:"address"`
	Token   string `json:"token"`
}

func newToken() string { return rand.Text() }

// write replaces the file atomically. Only the user can read it.
func (f instanceFile) write(path string) error {
	text, err := json.Marshal(wireInstanceFile{f.endpoint.network, []byte(f.endpoint.address), f.token})
	if err != nil {
		return err
	}
	return atomicfile.Write(path, text, 0o600)
}

// readInstanceFile reads the file at path. The error is a *[privatefile.Error] if it may be
// another user's.
func readInstanceFile(path string) (instanceFile, error) {
	text, err := privatefile.ReadSecret(path, maxInstanceFile)
	if err != nil {
		return instanceFile{}, err
	}
	f, err := parseInstanceFile(text)
	if err != nil {
		return instanceFile{}, fmt.Errorf("parse %s: %w", path, err)
	}
	return f, nil
}

// parseInstanceFile parses the content of an instance file. It rejects an address that
// is not on this computer.
func parseInstanceFile(text []byte) (instanceFile, error) {
	var wire wireInstanceFile
	if err := json.Unmarshal(text, &wire); err != nil {
		return instanceFile{}, err
	}
	f := instanceFile{endpoint{wire.Network, string(wire.Address)}, wire.Token}
	if len(f.token) < minToken {
		return instanceFile{}, errors.New("the token is missing or too short")
	}
	return f, f.endpoint.validate()
}
