package netx

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// TLSOptions configures TLS: which server certificates are trusted and which client
// certificate is sent. The zero value trusts the system's certificate pool and
// sends no client certificate.
type TLSOptions struct {
	CACertificates         []byte // CA certificates trusted in addition to the system's, PEM
	Certificate            []byte // the client certificate with its chain, PEM
	Key                    []byte // its private key, PEM, not encrypted; if empty, Certificate contains it
	CertificateFingerprint string // of the only server certificate that is accepted, see [CertificateFingerprint]; "": those the system trusts
}

// Config returns a configuration for Config.TLS. Its errors contain no part of the
// key.
func (t TLSOptions) Config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(t.CACertificates) > 0 {
		pool, err := t.pool()
		if err != nil {
			return nil, fmt.Errorf("parse CA certificates: %w", err)
		}
		config.RootCAs = pool
	}
	if t.CertificateFingerprint != "" {
		requireFingerprint(config, t.CertificateFingerprint)
	}
	if len(t.Certificate) > 0 || len(t.Key) > 0 {
		certificate, err := t.clientCertificate()
		if err != nil {
			return nil, fmt.Errorf("parse client certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return config, nil
}

// pool returns the system's certificate pool with the additional ones. Unlike
// [x509.CertPool.AppendCertsFromPEM] it reports certificates that cannot be parsed.
func (t TLSOptions) pool() (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil { // the system has none
		pool = x509.NewCertPool()
	}
	found := false
	for block, rest := pem.Decode(t.CACertificates); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		pool.AddCert(certificate)
		found = true
	}
	if !found {
		return nil, errors.New("no certificate found")
	}
	return pool, nil
}

func (t TLSOptions) clientCertificate() (tls.Certificate, error) {
	key := t.Key
	if len(key) == 0 {
		key = t.Certificate
	}
	return tls.X509KeyPair(t.Certificate, key)
}
