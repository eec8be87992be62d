package cli

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/privatefile"
	"github.com/ferryapp/ferry/uploader/receiver"
)

const (
	maxAuthFile    = 1 << 20 // bytes
	maxCertificate = 1 << 20 // bytes
)

// certificate returns the certificate of the receiver: the one of the arguments, or with
// --tls one of Ferry's own, which is made once and kept in own, a path in the profile. It
// returns nil for http.
func (r *Receive) certificate(own string) (*tls.Certificate, error) {
	switch {
	case r.Cert != "":
		certificate, err := tls.LoadX509KeyPair(r.Cert, r.Key)
		if err != nil {
			return nil, userError("cli.receive.certificate", words.Data{"Detail": words.Printable(err.Error())})
		}
		return &certificate, nil
	case r.TLS:
		return ownCertificate(own, r.Listen)
	default:
		return nil, nil //nolint:nilnil // http
	}
}

func ownCertificate(path, listen string) (*tls.Certificate, error) {
	text, err := privatefile.ReadFile(path, maxCertificate)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = newCertificate(path, listen)
	}
	if err != nil {
		return nil, err
	}
	certificate, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, userError("cli.receive.own-certificate", words.Data{"File": words.Printable(path)})
	}
	return &certificate, nil
}

func newCertificate(path, listen string) ([]byte, error) {
	text, err := receiver.NewCertificate(listen)
	if err != nil {
		return nil, err
	}
	folder, err := privatefile.Open(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer func() { _ = folder.Close() }()
	return text, folder.WriteFile(filepath.Base(path), text)
}

// credentials returns the credentials that uploads need, from the file of --auth-file and
// the text of the environment. Empty lines and those that begin with # do not count.
func (r *Receive) credentials(text string) ([]string, error) {
	if r.AuthFile != "" {
		content, err := connect.ReadFile(r.AuthFile, maxAuthFile)
		if err != nil {
			return nil, userError("cli.receive.auth-file", words.Data{"File": words.Printable(r.AuthFile)})
		}
		text += "\n" + string(content)
	}
	var all []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	if r.AuthFile != "" && len(all) == 0 { // the user expects a sign-in to be required
		return nil, userError("cli.receive.auth-empty", words.Data{"File": words.Printable(r.AuthFile)})
	}
	return all, nil
}
