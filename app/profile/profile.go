// Package profile is where Ferry keeps what it remembers: one folder with the
// database, the log, the lock and the meeting point of one running program.
// Two profiles share nothing. Every error is a *fault.Fault of kind LocalDisk.
package profile

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"

	"github.com/ferryapp/ferry/uploader/fault"
)

// Variable is the environment variable that names the profile folder.
const Variable = "FERRY_PROFILE"

// Profile is one profile's folder. It exists, and is the user's alone.
type Profile struct {
	Dir      string // absolute
	Usual    bool   // it is the system's folder for a program's data
	Received string // where the built-in receiver puts files; made when the first one comes
}

// Open makes the profile folder where it is missing. dir wins over the
// environment, and that over the system's folder for a program's data.
func Open(dir string) (Profile, error) {
	p, err := locate(dir)
	if err != nil {
		return Profile{}, failed(fault.Open, err)
	}
	if err := os.MkdirAll(p.Dir, 0o700); err != nil {
		return Profile{}, failed(fault.Open, err)
	}
	if err := probe(p.Dir); err != nil {
		return Profile{}, failed(fault.Save, err)
	}
	return p, nil
}

// Database is the path of the database.
func (p Profile) Database() string { return filepath.Join(p.Dir, "ferry.db") }

// Log is the path of the log.
func (p Profile) Log() string { return filepath.Join(p.Dir, "ferry.log") }

// Lock is the path of the file whose lock the running program holds.
func (p Profile) Lock() string { return filepath.Join(p.Dir, "ferry.lock") }

// Meeting is the path of the file that tells where the running program listens.
func (p Profile) Meeting() string { return filepath.Join(p.Dir, "instance.json") }

// Streams is the folder for what comes through standard input.
func (p Profile) Streams() string { return filepath.Join(p.Dir, "streams") }

// Keys is the path of the encrypted file for secrets, which is there when the
// user wanted one.
func (p Profile) Keys() string { return filepath.Join(p.Dir, "keys.json") }

func locate(dir string) (Profile, error) {
	if dir == "" {
		dir = os.Getenv(Variable)
	}
	if dir == "" {
		return Profile{
			Usual:    true,
			Dir:      filepath.Join(xdg.DataHome, "ferry"),
			Received: filepath.Join(xdg.UserDirs.Download, "Ferry"),
		}, nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Profile{}, err
	}
	return Profile{Dir: dir, Received: filepath.Join(dir, "Received")}, nil
}

// probe finds out whether the folder can be written, by writing.
func probe(dir string) error {
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func failed(op fault.Op, err error) error { return fault.New(fault.LocalDisk, op, err) }
