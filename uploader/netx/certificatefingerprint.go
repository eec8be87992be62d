package netx

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// fingerprintPrefix begins the fragment of a URL that names a certificate.
const fingerprintPrefix = "sha256="

// ErrFingerprint means that a fingerprint is not SHA-256 in hexadecimal digits.
var ErrFingerprint = errors.New("invalid fingerprint of a certificate")

// CertificateFingerprintError means that a server has another certificate than the one that was
// confirmed.
type CertificateFingerprintError struct{ Got, Want string }

func (e *CertificateFingerprintError) Error() string {
	return fmt.Sprintf("certificate has fingerprint %s, want %s", e.Got, e.Want)
}

// CertificateFingerprint returns the SHA-256 of a certificate (DER) in 64 hexadecimal digits.
func CertificateFingerprint(certificate []byte) string {
	sum := sha256.Sum256(certificate)
	return hex.EncodeToString(sum[:])
}

// FingerprintFragment returns the fragment of a URL that names a certificate; "" for none.
func FingerprintFragment(fingerprint string) string {
	if fingerprint == "" {
		return ""
	}
	return "#" + fingerprintPrefix + fingerprint
}

// ParseFingerprint returns the fingerprint in the fragment of a URL, without "#". Colons
// between the digits are allowed. It returns "" for another fragment.
func ParseFingerprint(fragment string) (string, error) {
	digits, ok := strings.CutPrefix(fragment, fingerprintPrefix)
	if !ok {
		return "", nil
	}
	digits = strings.ToLower(strings.ReplaceAll(digits, ":", ""))
	if sum, err := hex.DecodeString(digits); err != nil || len(sum) != sha256.Size {
		return "", ErrFingerprint
	}
	return digits, nil
}

// requireFingerprint has config accept the certificate with this fingerprint, whoever issued
// it and for whatever name and time, and no other.
func requireFingerprint(config *tls.Config, fingerprint string) {
	config.InsecureSkipVerify = true // VerifyConnection verifies more strictly
	config.VerifyConnection = func(state tls.ConnectionState) error {
		got := ""
		if len(state.PeerCertificates) > 0 {
			got = CertificateFingerprint(state.PeerCertificates[0].Raw)
		}
		if subtle.ConstantTimeCompare([]byte(got), []byte(fingerprint)) != 1 {
			return &CertificateFingerprintError{Got: got, Want: fingerprint}
		}
		return nil
	}
}
