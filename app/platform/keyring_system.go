package platform

import (
	"context"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"
)

// keyringService is the service under which all of Ferry's secrets lie in the
// system's keyring.
const keyringService = "Ferry"

// systemKeyring is the system's own: the Secret Service, Keychain or Credential
// Manager.
type systemKeyring struct {
	turn chan struct{} // held while the system is asked, so that it asks a person once only
}

func newSystemKeyring() *systemKeyring { return &systemKeyring{turn: make(chan struct{}, 1)} }

// Get implements Keyring.
func (s *systemKeyring) Get(ctx context.Context, name string) (string, error) {
	secret, err := s.ask(ctx, func() (string, error) { return keyring.Get(keyringService, name) })
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return "", ErrNoSecret
	case err != nil:
		return "", fmt.Errorf("read keyring: %w", err)
	}
	return secret, nil
}

// Set implements Keyring.
func (s *systemKeyring) Set(ctx context.Context, name, secret string) error {
	if _, err := s.ask(ctx, func() (string, error) { return "", keyring.Set(keyringService, name, secret) }); err != nil {
		return fmt.Errorf("write keyring: %w", err)
	}
	return nil
}

// Delete implements Keyring.
func (s *systemKeyring) Delete(ctx context.Context, name string) error {
	_, err := s.ask(ctx, func() (string, error) { return "", keyring.Delete(keyringService, name) })
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("clear keyring: %w", err)
	}
	return nil
}

// ask does one thing at a time. The library waits without an end for a person
// whom the system asks to unlock the keyring: when ctx ends before, the call is
// left to itself, and those that come after it wait for their turn.
func (s *systemKeyring) ask(ctx context.Context, do func() (string, error)) (string, error) {
	type answer struct {
		secret string
		err    error
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	answers := make(chan answer, 1)
	go func() {
		secret, err := do()
		<-s.turn
		answers <- answer{secret, err}
	}()
	select {
	case a := <-answers:
		return a.secret, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
