package instance

import (
	"bufio"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrUnproven is returned by [Call] when a program that does not know the token
// responds at the address of the running instance.
var ErrUnproven = errors.New("another program responds in place of the instance")

// The lines of the proof, each ended by a newline:
//
//	caller: greeting NONCE
//	server: NONCE PROOF
//	caller: PROOF
//	server: accepted
//
// The request follows. Before the server's proof the caller says nothing that depends on
// the profile, and before the caller's proof the server does nothing.
const (
	greeting = "ferry-hand-over-2" // with the version of the protocol
	accepted = "accepted"

	maxProofLine = 160 // bytes
)

// role is who makes a proof. Its text keeps proofs of one side from being used as those
// of the other, or for another purpose.
type role string

const (
	caller role = "Ferry hand-over 2, proof of the caller"
	server role = "Ferry hand-over 2, proof of the server"
)

// exchange is what both proofs of one connection depend on. Nonces are never used
// again, so that a proof is of no use in another connection; the endpoint makes it of
// no use for a program that listens elsewhere.
type exchange struct {
	token       string
	at          endpoint
	callerNonce string
	serverNonce string
}

// proof returns the proof that a role knows the token, in hexadecimal digits.
func (x exchange) proof(by role) string {
	mac := hmac.New(sha256.New, []byte(x.token))
	for _, field := range []string{string(by), x.at.network, x.at.address, x.callerNonce, x.serverNonce} {
		// The length before each field makes their boundaries unambiguous.
		_, _ = mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(field))))
		_, _ = mac.Write([]byte(field))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// proves reports, in constant time, whether got is the proof of a role.
func (x exchange) proves(by role, got string) bool {
	return hmac.Equal([]byte(x.proof(by)), []byte(got))
}

// proveAsCaller makes the server at f prove that it knows the token, and then proves the
// same to it. It returns [ErrUnproven] if the server responds anything else.
func proveAsCaller(from *bufio.Reader, to io.Writer, f instanceFile) error {
	x := exchange{token: f.token, at: f.endpoint, callerNonce: rand.Text()}
	if _, err := fmt.Fprintf(to, "%s %s\n", greeting, x.callerNonce); err != nil {
		return err
	}
	line, err := readProofLine(from)
	if err != nil {
		return err
	}
	var theirs string
	x.serverNonce, theirs, _ = strings.Cut(line, " ")
	if !x.proves(server, theirs) {
		return ErrUnproven
	}
	if _, err := fmt.Fprintf(to, "%s\n", x.proof(caller)); err != nil {
		return err
	}
	line, err = readProofLine(from)
	if err == nil && line != accepted {
		err = ErrUnproven
	}
	return err
}

// proveAsServer proves to a caller that this is the instance of f, and returns an error
// unless the caller then proves that it knows the token.
func proveAsServer(from *bufio.Reader, to io.Writer, f instanceFile) error {
	line, err := readProofLine(from)
	if err != nil {
		return err
	}
	nonce, ok := strings.CutPrefix(line, greeting+" ")
	if !ok {
		return errors.New("unknown greeting")
	}
	x := exchange{token: f.token, at: f.endpoint, callerNonce: nonce, serverNonce: rand.Text()}
	if _, err := fmt.Fprintf(to, "%s %s\n", x.serverNonce, x.proof(server)); err != nil {
		return err
	}
	theirs, err := readProofLine(from)
	if err == nil && !x.proves(caller, theirs) {
		err = errors.New("caller does not know the token")
	}
	return err
}

// readProofLine reads one line of the proof. A line that is too long is [ErrUnproven].
func readProofLine(from *bufio.Reader) (string, error) {
	line, err := readLine(from, maxProofLine)
	if errors.Is(err, errLineTooLong) {
		err = fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	return string(line), err
}
