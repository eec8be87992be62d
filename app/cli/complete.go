package cli

import (
	"cmp"
	"errors"
	"io"
	"math"
	"net"
	"os"
	"reflect"
	"slices"
	"strconv"

	"github.com/ferryapp/ferry/app/spool"
	"github.com/ferryapp/ferry/app/words"
)

// check validates the arguments, which are paths or one link. A link beside other arguments
// is an error: the command that Windows runs for a link splits it at quotation marks, and
// what follows must not be used as a path.
func (w *Window) check() error {
	hasLink := slices.ContainsFunc(w.Paths, isLink)
	switch {
	case hasLink && len(w.Paths) > 1:
		return usageError("cli.usage.add-link", nil)
	case hasLink:
		w.Link, w.Paths = w.Paths[0], nil
		_, err := ParseLink(w.Link)
		return err
	}
	w.Paths = expandPaths(w.Paths)
	if slices.Contains(w.Paths, Stdin) {
		return usageError("cli.usage.stdin", nil)
	}
	return checkPaths(w.Paths)
}

// maxExpire is the greatest number of days of --expire.
const maxExpire = 36_500

// complete sets the sizes and validates the arguments.
func (r *Receive) complete() (err error) {
	switch {
	case (r.Cert == "") != (r.Key == ""):
		return usageError("cli.usage.cert-key", nil)
	case r.Cert != "" && r.TLS:
		return usageError("cli.usage.cert-tls", nil)
	case r.Expire < 0 || r.Expire > maxExpire:
		return usageError("cli.usage.expire", words.Data{"Most": maxExpire})
	}
	if r.maxSize, err = parseSizeUpTo(maxReceived, "--max-size", r.MaxSize); err != nil {
		return err
	}
	if r.maxTotal, err = parseSizeUpTo(maxReceived, "--max-total", r.MaxTotal); err != nil {
		return err
	}
	return r.checkListen()
}

// checkListen checks the address, so that one that can never work is an error in the
// arguments. The port may be a name, and 0 for any.
func (r *Receive) checkListen() error {
	if r.Listen == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(r.Listen)
	if n, numErr := strconv.Atoi(port); err != nil || numErr == nil && (n < 0 || n > math.MaxUint16) {
		return usageError("cli.usage.listen", words.Data{"Address": words.Printable(r.Listen)})
	}
	return nil
}

// complete sets Options and the default Name, and validates the arguments.
func (s *Send) complete() (err error) {
	s.Paths = expandPaths(s.Paths)
	if s.Options, err = s.options(); err != nil {
		return err
	}
	if err := s.completeServer(); err != nil {
		return err
	}
	to := cmp.Or(s.To, s.URLs)
	return errors.Join(checkPaths(s.Paths), s.checkURLs(), s.check(to, s.Paths), checkHosts(s.To, s.AllowHost), s.completePerFile(s.To), s.completeName())
}

// completeServer sets Change, and To if the server is that of a preset.
func (s *Send) completeServer() (err error) {
	if s.Preset == "" && s.Given != nil && *s.Given && s.URLs == "" {
		s.Preset = givenPreset
	}
	if s.Change, err = s.ServerFlags.change(); err != nil {
		return err
	}
	if s.Preset != "" && s.To != "" && !isURL(s.To) {
		return usageError("cli.usage.preset.to", nil)
	}
	if s.Change.Preset, err = s.fromPreset(s.To); err != nil {
		return err
	}
	if s.Change.Preset != nil {
		s.To = s.Change.Preset.Endpoint
	}
	_, proxy := neededSecrets(s.Change)
	readsStdin := s.Change.SignIn != nil && (slices.Contains(s.Paths, Stdin) || s.URLs == Stdin || slices.Contains(s.Header, stdinHeader))
	switch {
	case proxy:
		return usageError("cli.usage.proxy.password", nil)
	case readsStdin:
		return usageError("cli.usage.sign-in.stdin", nil)
	case s.To == "" && s.URLs == "" && !reflect.ValueOf(s.Change).IsZero():
		return usageError("cli.usage.server.to", nil)
	}
	return nil
}

// checkURLs validates --urls and that there are files.
func (s *Send) checkURLs() error {
	switch {
	case s.URLs == "" && len(s.Paths) == 0:
		return usageError("cli.usage.files", nil)
	case s.URLs == "":
		return nil
	case s.To != "":
		return usageError("cli.usage.urls.to", nil)
	case slices.Contains(s.Paths, Stdin), s.URLs == Stdin && slices.Contains(s.Header, stdinHeader):
		return usageError("cli.usage.urls.stdin", nil)
	}
	return nil
}

func (s *Send) completeName() error {
	stdins := 0
	for _, path := range s.Paths {
		if path == Stdin {
			stdins++
		}
	}
	switch {
	case stdins > 1:
		return usageError("cli.usage.stdin.twice", nil)
	case stdins == 0 && s.Name != "":
		return usageError("cli.usage.name.alone", nil)
	case s.Name == "":
		s.Name = defaultName
	case !spool.ValidName(s.Name):
		return usageError("cli.usage.name", words.Data{"Name": words.Printable(s.Name)})
	}
	return nil
}

func checkPaths(paths []string) error {
	if slices.Contains(paths, "") {
		return usageError("cli.usage.empty", nil)
	}
	return nil
}

// CheckFingerprint returns an error if the flag --fingerprint is set. It is for
// requests that another instance carries out, whose engine already runs with the
// fingerprint of its settings.
func CheckFingerprint(fingerprint string) error {
	if fingerprint == "" {
		return nil
	}
	return userError("cli.usage.fingerprint", nil)
}

// CheckStdin returns a *[UsageError] if the standard input is a folder, which cannot be
// read.
func CheckStdin(in io.Reader) error {
	file, ok := in.(*os.File)
	if !ok {
		return nil
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return usageError("cli.usage.stdin.folder", nil)
	}
	return nil
}
