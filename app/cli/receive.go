package cli

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/privatefile"
	"github.com/ferryapp/ferry/uploader/receiver"
)

// Serve prints the address of the built-in receiver and runs it until ctx ends. The
// profile's folder for received files is used unless the command names another.
func (r *Receive) Serve(ctx context.Context, p profile.Profile, log *slog.Logger, streams Streams) error {
	config, err := r.config(p, streams.Secrets)
	if err != nil {
		return err
	}
	config.Log = log
	server, err := receiver.Open(config)
	_, unsafe := errors.AsType[*privatefile.Error](err)
	switch {
	case errors.Is(err, receiver.ErrPathTooLong):
		return userError("cli.receive.folder.long", words.Data{"Dir": words.Printable(config.Dir)})
	case unsafe, errors.Is(err, receiver.ErrInUse):
		return err
	case err != nil:
		log.Error("open receiver failed", "err", err)
		return userError("cli.receive.failed", words.Data{"Detail": words.Printable(err.Error())})
	}
	for _, path := range []string{r.AuthFile, r.Key} {
		warnReadable(path, streams.Err)
	}
	if err := errors.Join(r.printAddress(server, config.TLS, streams), printWarnings(server, config, streams)); err != nil {
		return errors.Join(err, server.Close())
	}
	return server.Serve(ctx)
}

// config returns the configuration of the receiver.
func (r *Receive) config(p profile.Profile, secrets Secrets) (receiver.Config, error) {
	dir := p.ReceivedDir
	if r.Dir != "" {
		dir = r.Dir
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return receiver.Config{}, fault.New(fault.LocalDisk, fault.Open, err)
	}
	if r.Dir != "" {
		if err := checkReceiveFolder(dir, p.Dir, p.ReceivedDir); err != nil {
			return receiver.Config{}, err
		}
	}
	config := receiver.Config{
		Dir: dir, Listen: r.Listen, KeepDots: r.KeepDots, MaxSize: r.maxSize, MaxTotal: r.maxTotal,
		Expiry: time.Duration(r.Expire) * 24 * time.Hour,
	}
	if config.TLS, err = r.certificate(p.ReceiverCertificate()); err != nil {
		return receiver.Config{}, err
	}
	config.Credentials, err = r.credentials(secrets.ReceiveAuth)
	return config, err
}

// printAddress prints where to upload to. The fragment of the URL is the fingerprint of a
// certificate that no authority issued, so that a sender that has the URL can confirm it.
func (r *Receive) printAddress(server *receiver.Receiver, certificate *tls.Certificate, streams Streams) error {
	fingerprint, url := "", server.Endpoint()
	if certificate != nil {
		fingerprint = netx.CertificateFingerprint(certificate.Certificate[0])
	}
	if r.TLS {
		url += netx.FingerprintFragment(fingerprint)
	}
	if r.JSON {
		return json.NewEncoder(streams.Out).Encode(struct {
			Event       string `json:"event"`
			URL         string `json:"url"`
			Dir         string `json:"dir"`
			Fingerprint string `json:"fingerprint,omitempty"`
		}{"receiving", url, server.Dir(), fingerprint})
	}
	_, err := fmt.Fprintln(streams.Out, words.Text("cli.receive", words.Data{"URL": url, "Dir": words.Printable(server.Dir())}))
	if err == nil && fingerprint != "" {
		_, err = fmt.Fprintln(streams.Out, words.Text("cli.receive.fingerprint", words.Data{"Fingerprint": fingerprint}))
	}
	return err
}

// printWarnings prints what others may be able to do.
func printWarnings(server *receiver.Receiver, config receiver.Config, streams Streams) error {
	var errs []error
	warn := func(key string, data words.Data) {
		_, err := fmt.Fprintln(streams.Err, words.Text(key, data))
		errs = append(errs, err)
	}
	if config.TLS == nil && !server.Loopback() {
		warn("cli.receive.plain", nil)
	}
	if server.Unprotected() {
		warn("cli.receive.unprotected", words.Data{"Dir": words.Printable(server.Dir())})
	}
	return errors.Join(errs...)
}
