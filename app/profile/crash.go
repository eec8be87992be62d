package profile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/ferryapp/ferry/uploader/privatefile"
)

// CrashOutput returns the path of the file to which the runtime writes why the program
// that holds the lock ended, if it ends with a panic. It exists while that runs.
func (p Profile) CrashOutput() string { return filepath.Join(p.Dir, "crash.txt") }

// CrashReport returns the path of the report about a program that ended with a panic. The
// file exists until the user has dismissed it.
func (p Profile) CrashReport() string { return filepath.Join(p.Dir, "crash-report.txt") }

// DismissedCrash returns the path of the last report that the user has dismissed.
func (p Profile) DismissedCrash() string { return filepath.Join(p.Dir, "crash-report.1.txt") }

// maxCrashBytes is how much of a report is kept.
const maxCrashBytes = 1_000_000

// headerEnd ends the header of a crash output.
const headerEnd = "\n\n"

// CrashRecorder records a panic of any goroutine in the profile. A nil recorder records
// nothing.
type CrashRecorder struct {
	profile Profile
	header  []byte
}

// RecordCrashes records a panic of any goroutine of this program from now on. If the last
// program that held the lock left something, that becomes the CrashReport. The caller
// holds the lock. Version and started are about this program. Like the log, a report must
// not contain secrets: values of a panic are part of it.
func (p Profile) RecordCrashes(version string, started time.Time) (*CrashRecorder, error) {
	keepErr := p.keepCrash()
	r := &CrashRecorder{
		profile: p,
		header:  fmt.Appendf(nil, "Ferry %s %s/%s, started %s%s", version, runtime.GOOS, runtime.GOARCH, started.UTC().Format(time.RFC3339), headerEnd),
	}
	file, err := privatefile.OpenFile(p.CrashOutput(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, errors.Join(keepErr, err)
	}
	_, err = file.Write(r.header)
	err = errors.Join(keepErr, err, debug.SetCrashOutput(file, debug.CrashOptions{}), file.Close()) // the runtime has duplicated it
	return r, err
}

// keepCrash turns what an earlier program left into the report.
func (p Profile) keepCrash() error {
	file, err := privatefile.OpenFile(p.CrashOutput(), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxCrashBytes))
	if err == nil && len(text) == maxCrashBytes {
		err = file.Truncate(maxCrashBytes)
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if _, crash, found := bytes.Cut(text, []byte(headerEnd)); !found || len(crash) == 0 {
		return nil // the program was killed, or the computer lost its power
	}
	return os.Rename(p.CrashOutput(), p.CrashReport())
}

// Record records a panic that was recovered, after which the program ends.
func (r *CrashRecorder) Record(value any, stack []byte) error {
	if r == nil {
		return nil
	}
	file, err := privatefile.OpenFile(r.profile.CrashOutput(), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "panic: %v\n\n%s", value, stack)
	return errors.Join(err, file.Close())
}

// Close stops recording. What was recorded becomes the report of the next start.
func (r *CrashRecorder) Close() error {
	if r == nil {
		return nil
	}
	if err := debug.SetCrashOutput(nil, debug.CrashOptions{}); err != nil {
		return err
	}
	info, err := os.Lstat(r.profile.CrashOutput())
	if err != nil || info.Size() > int64(len(r.header)) {
		return nil //nolint:nilerr // the file was removed
	}
	return os.Remove(r.profile.CrashOutput())
}

// HasCrashReport reports whether there is a CrashReport.
func (p Profile) HasCrashReport() bool {
	info, err := os.Lstat(p.CrashReport())
	return err == nil && info.Mode().IsRegular()
}

// DismissCrash makes the report the DismissedCrash, so that it is not offered again.
func (p Profile) DismissCrash() error {
	err := os.Rename(p.CrashReport(), p.DismissedCrash())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
