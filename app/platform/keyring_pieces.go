package platform

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// piecesKeyring stores a secret that is too long for another keyring in pieces. A short
// secret is stored as it is.
//
// A long one has pieces NAME/ID/0, NAME/ID/1 and so on, and under NAME their ID and
// number. ID is random: the pieces of an earlier secret are not part of a later one,
// whatever is interrupted.
type piecesKeyring struct {
	Keyring
	most int // bytes that the other keyring stores of one secret
}

// piecesPrefix starts what is stored under the name of a secret in pieces. A secret that
// starts with it is stored in pieces itself.
const piecesPrefix = "ferry-pieces:"

// maxPieces is the maximum number of pieces of a secret.
const maxPieces = 1000

// pieces says where a secret is that is stored in pieces.
type pieces struct {
	id    string
	count int
}

func (p pieces) String() string { return piecesPrefix + p.id + ":" + strconv.Itoa(p.count) }

// parsePieces parses what is stored under the name of a secret. It returns false for a
// secret that is not in pieces.
func parsePieces(stored string) (pieces, bool) {
	rest, found := strings.CutPrefix(stored, piecesPrefix)
	id, number, _ := strings.Cut(rest, ":")
	count, err := strconv.Atoi(number)
	return pieces{id, count}, found && err == nil && count >= 0 && count <= maxPieces
}

func (p pieces) name(of string, i int) string { return of + "/" + p.id + "/" + strconv.Itoa(i) }

// Get implements [Keyring]. A secret of which a piece is missing is no secret.
func (k piecesKeyring) Get(ctx context.Context, name string) (string, error) {
	stored, err := k.Keyring.Get(ctx, name)
	if err != nil {
		return "", err
	}
	of, inPieces := parsePieces(stored)
	if !inPieces {
		return stored, nil
	}
	var secret strings.Builder
	for i := range of.count {
		piece, err := k.Keyring.Get(ctx, of.name(name, i))
		if err != nil {
			return "", err
		}
		secret.WriteString(piece)
	}
	return secret.String(), nil
}

// Set implements [Keyring]. If it fails, the name has no secret: an earlier one does not
// stay in use.
func (k piecesKeyring) Set(ctx context.Context, name, secret string) error {
	earlier, err := k.stored(ctx, name)
	if err != nil {
		return err
	}
	if len(secret) <= k.most && !strings.HasPrefix(secret, piecesPrefix) {
		err = k.Keyring.Set(ctx, name, secret)
	} else {
		err = k.setPieces(ctx, name, secret)
	}
	if err != nil {
		err = errors.Join(err, k.Keyring.Delete(ctx, name))
	}
	return errors.Join(err, k.deletePieces(ctx, name, earlier))
}

// setPieces stores the pieces first and their number last.
func (k piecesKeyring) setPieces(ctx context.Context, name, secret string) error {
	if len(secret) > maxPieces*k.most {
		return fmt.Errorf("the secret has %d bytes, which is too long", len(secret))
	}
	of := pieces{id: rand.Text()}
	for rest := secret; rest != ""; of.count++ {
		piece := rest[:min(len(rest), k.most)]
		if err := k.Keyring.Set(ctx, of.name(name, of.count), piece); err != nil {
			return errors.Join(err, k.deletePieces(ctx, name, of))
		}
		rest = rest[len(piece):]
	}
	if err := k.Keyring.Set(ctx, name, of.String()); err != nil {
		return errors.Join(err, k.deletePieces(ctx, name, of))
	}
	return nil
}

// Delete implements [Keyring].
func (k piecesKeyring) Delete(ctx context.Context, name string) error {
	earlier, err := k.stored(ctx, name)
	if err != nil {
		return err
	}
	if err := k.Keyring.Delete(ctx, name); err != nil {
		return err
	}
	return k.deletePieces(ctx, name, earlier)
}

// stored returns which pieces the secret of a name has; none if it is not in pieces.
func (k piecesKeyring) stored(ctx context.Context, name string) (pieces, error) {
	stored, err := k.Keyring.Get(ctx, name)
	if err != nil && !errors.Is(err, ErrNoSecret) {
		return pieces{}, fmt.Errorf("read earlier secret: %w", err)
	}
	of, _ := parsePieces(stored)
	return of, nil
}

func (k piecesKeyring) deletePieces(ctx context.Context, name string, of pieces) error {
	var errs []error
	for i := range of.count {
		errs = append(errs, k.Keyring.Delete(ctx, of.name(name, i)))
	}
	return errors.Join(errs...)
}
