package receiver_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/receiver"
)

func newCertificate(t *testing.T, listen string) *tls.Certificate {
	t.Helper()
	text, err := receiver.NewCertificate(listen)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := tls.X509KeyPair(text, text)
	if err != nil {
		t.Fatal(err)
	}
	return &certificate
}

// withFingerprint returns a client that accepts only a certificate with this fingerprint.
func withFingerprint(t *testing.T, fingerprint string) *client {
	t.Helper()
	config, err := netx.TLSOptions{CertificateFingerprint: fingerprint}.Config()
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: config}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{tb: t, http: &http.Client{Transport: transport}, ctx: t.Context()}
}

func TestTLS(t *testing.T) {
	certificate := newCertificate(t, receiver.Loopback)
	dir := t.TempDir()
	r := open(t, receiver.Config{Dir: dir, TLS: certificate})
	serve(t, r)
	if !strings.HasPrefix(r.Endpoint(), "https://127.0.0.1:") {
		t.Errorf("endpoint %s", r.Endpoint())
	}
	c := withFingerprint(t, netx.CertificateFingerprint(certificate.Certificate[0]))
	first, err := c.send(r.Endpoint(), named("a", "1"), []byte("abc"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.send(r.Endpoint(), named("a", "1"), []byte("abc")); err != nil || again != first || !strings.HasPrefix(again, "https://") {
		t.Errorf("URL %s, want %s, %v", again, first, err)
	}
	wantReceived(t, dir, map[string]string{"a": "abc"})

	other := withFingerprint(t, netx.CertificateFingerprint(newCertificate(t, "").Certificate[0]))
	_, err = other.try(http.MethodOptions, r.Endpoint(), nil, nil)
	if changed, ok := errors.AsType[*netx.CertificateFingerprintError](err); !ok || changed.Got != netx.CertificateFingerprint(certificate.Certificate[0]) {
		t.Errorf("another fingerprint: %v", err)
	}
	if _, err := newClient(t).try(http.MethodOptions, r.Endpoint(), nil, nil); err == nil {
		t.Error("a client without the fingerprint connected")
	}
	// Plain HTTP is not served.
	got := newClient(t).do(http.MethodOptions, strings.Replace(r.Endpoint(), "https:", "http:", 1), nil, nil)
	if got.status != http.StatusBadRequest {
		t.Errorf("status %d of plain HTTP", got.status)
	}
}

func TestNewCertificate(t *testing.T) {
	certificate := newCertificate(t, "ferry.example:8080").Leaf
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "ferry.example"} {
		_, err := certificate.Verify(x509.VerifyOptions{DNSName: name, Roots: pool, CurrentTime: time.Now().Add(19 * 365 * 24 * time.Hour)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := newCertificate(t, "192.0.2.7:80").Leaf.VerifyHostname("192.0.2.7"); err != nil {
		t.Error(err)
	}
	if certificate.IsCA {
		t.Error("it can issue other certificates")
	}
}

// TestRequireCredentials checks that every request needs the URL and a sign-in.
func TestRequireCredentials(t *testing.T) {
	dir := t.TempDir()
	r := open(t, receiver.Config{Dir: dir, Credentials: []string{"ann:oar"}})
	serve(t, r)
	c := newClient(t)
	right := map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("ann:oar")), "Upload-Length": "3"}
	upload := c.want(http.StatusCreated, c.do(http.MethodPost, r.Endpoint(), right, nil)).header.Get("Location")
	for _, method := range []string{http.MethodOptions, http.MethodPost} {
		if got := c.want(http.StatusUnauthorized, c.do(method, r.Endpoint(), nil, nil)); !strings.HasPrefix(got.header.Get("Www-Authenticate"), "Basic ") {
			t.Errorf("%s: %v", method, got.header)
		}
	}
	for _, method := range []string{http.MethodHead, http.MethodPatch, http.MethodDelete, http.MethodGet} {
		c.want(http.StatusUnauthorized, c.do(method, upload, chunk(0), nil))
	}
	at, err := url.Parse(r.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	c.want(http.StatusNotFound, c.do(http.MethodPost, "http://"+net.JoinHostPort("127.0.0.1", at.Port())+"/", right, nil))
	c.want(http.StatusOK, c.do(http.MethodHead, upload, right, nil))
}
