// Package profile locates Ferry's data folder, which contains the database, the log,
// the lock and the address of the running program. Profiles share nothing. Every error
// is a *fault.Fault of kind fault.LocalDisk.
package profile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/privatefile"
)

// EnvVar is the environment variable with the path of the profile folder.
const EnvVar = "FERRY_PROFILE"

// Profile is a profile folder. It exists, belongs to the user, and others cannot write to it.
type Profile struct {
	Dir         string // absolute path
	Unprotected bool   // the file system has no owners or modes: others may be able to write to Dir
	Default     bool   // Dir is in the system's folder for application data
	ReceivedDir string // folder of the built-in receiver; created with the first file
}

// Open opens the profile in dir and creates the folder, accessible to the user only, if it is
// missing. A folder that another user may have prepared is refused, and so are such files in
// it: that error wraps a *[privatefile.Error]. If dir is
// empty the folder is that of the environment [EnvVar], or one in the system's folder
// for application data.
func Open(dir string) (Profile, error) {
	p, err := locate(dir)
	if err != nil {
		return Profile{}, diskFault(fault.Open, err)
	}
	folder, err := privatefile.Open(p.Dir)
	if err != nil {
		return Profile{}, diskFault(fault.Open, err)
	}
	defer func() { _ = folder.Close() }()
	p.Unprotected = folder.Unprotected()
	for _, path := range []string{p.Log(), p.Lock(), p.InstanceFile(), p.KeyringFile(), p.Database(), p.ReceiverCertificate(), p.CrashOutput(), p.CrashReport(), p.DismissedCrash()} {
		if err := folder.Check(filepath.Base(path)); err != nil && !errors.Is(err, fs.ErrNotExist) && isPrepared(err) {
			return Profile{}, diskFault(fault.Open, err)
		}
	}
	if err := checkWritable(p.Dir); err != nil {
		return Profile{}, diskFault(fault.Save, err)
	}
	return p, nil
}

// Existing returns the profile folder that [Open] would open for dir, "" if there is none.
func Existing(dir string) string {
	p, err := locate(dir)
	if err != nil {
		return ""
	}
	if info, err := os.Stat(p.Dir); err != nil || !info.IsDir() {
		return ""
	}
	return p.Dir
}

// LogIn returns the path of the log in the profile that [Open] would open for dir.
func LogIn(dir string) string {
	p, _ := locate(dir)
	return p.Log()
}

// Database returns the path of the database.
func (p Profile) Database() string { return filepath.Join(p.Dir, "ferry.db") }

// Log returns the path of the log.
func (p Profile) Log() string { return filepath.Join(p.Dir, "ferry.log") }

// Lock returns the path of the file that the running program has locked.
func (p Profile) Lock() string { return filepath.Join(p.Dir, "ferry.lock") }

// InstanceFile returns the path of the file with the address of the running program.
func (p Profile) InstanceFile() string { return filepath.Join(p.Dir, "instance.json") }

// SpoolDir returns the folder for data from standard input.
func (p Profile) SpoolDir() string { return filepath.Join(p.Dir, "streams") }

// ThumbnailDir returns the path of the folder for thumbnails of image files.
func (p Profile) ThumbnailDir() string { return filepath.Join(p.Dir, "thumbnails") }

// KeyringFile returns the path of the encrypted file of secrets. The file exists only if the
// user has created it.
func (p Profile) KeyringFile() string { return filepath.Join(p.Dir, "keys.json") }

// ReceiverCertificate returns the path of the receiver's own certificate with its key. The
// file exists only after that was used.
func (p Profile) ReceiverCertificate() string { return filepath.Join(p.Dir, "receiver.pem") }

func locate(dir string) (Profile, error) {
	if dir == "" {
		dir = os.Getenv(EnvVar)
	}
	if dir == "" {
		return Profile{
			Default:     true,
			Dir:         filepath.Join(xdg.DataHome, "ferry"),
			ReceivedDir: filepath.Join(xdg.UserDirs.Download, "Ferry"),
		}, nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Profile{}, err
	}
	return Profile{Dir: dir, ReceivedDir: filepath.Join(dir, "Received")}, nil
}

// isPrepared reports whether err is the refusal of a file that another user may have
// prepared. A folder or a device in place of a file is an error of what opens it.
func isPrepared(err error) bool {
	refused, ok := errors.AsType[*privatefile.Error](err)
	return ok && refused.Problem != privatefile.NotFile
}

// checkWritable creates and removes a file in dir.
func checkWritable(dir string) error {
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func diskFault(op fault.Op, err error) error { return fault.New(fault.LocalDisk, op, err) }
