package netx

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Trust says whom https believes, and as whom it speaks. The zero value believes
// whom the system does and stays anonymous.
type Trust struct {
	Authorities []byte // PEM certificates believed beside the system's
	Certificate []byte // the client's own, PEM, with those that vouch for it
	Key         []byte // of Certificate, PEM and not encrypted; empty when it is in there
}

// Config makes a configuration for Config.TLS. Its errors repeat nothing of a
// key.
func (t Trust) Config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(t.Authorities) > 0 {
		pool, err := t.pool()
		if err != nil {
			return nil, fmt.Errorf("read authorities: %w", err)
		}
		config.RootCAs = pool
	}
	if len(t.Certificate) > 0 || len(t.Key) > 0 {
		own, err := t.own()
		if err != nil {
			return nil, fmt.Errorf("read client certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{own}
	}
	return config, nil
}

// pool is the system's authorities and our own.
func (t Trust) pool() (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil { // a system without any
		pool = x509.NewCertPool()
	}
	found := false
	for block, rest := pem.Decode(t.Authorities); block != nil; block, rest = pem.Decode(rest) {
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
		return nil, errors.New("there is no certificate in it")
	}
	return pool, nil
}

func (t Trust) own() (tls.Certificate, error) {
	key := t.Key
	if len(key) == 0 {
		key = t.Certificate
	}
	return tls.X509KeyPair(t.Certificate, key)
}
