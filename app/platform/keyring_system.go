package platform

import (
	"context"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"
	"golang.org/x/sync/semaphore"
)

// keyringService is the service name of all of Ferry's secrets in the system's
// keyring.
const keyringService = "Ferry"

// systemKeyring is the Secret Service, Keychain or Credential Manager.
type systemKeyring struct {
	running *semaphore.Weighted // one call at a time, so that the system prompts the user once only
}

func newSystemKeyring() *systemKeyring { return &systemKeyring{running: semaphore.NewWeighted(1)} }

// Get implements [Keyring].
func (s *systemKeyring) Get(ctx context.Context, name string) (string, error) {
	secret, err := s.call(ctx, func() (string, error) { return keyring.Get(keyringService, name) })
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return "", ErrNoSecret
	case err != nil:
		return "", fmt.Errorf("read keyring: %w", err)
	}
	return secret, nil
}

// Set implements [Keyring].
func (s *systemKeyring) Set(ctx context.Context, name, secret string) error {
	if _, err := s.call(ctx, func() (string, error) { return "", keyring.Set(keyringService, name, secret) }); err != nil {
		return fmt.Errorf("write keyring: %w", err)
	}
	return nil
}

// Delete implements [Keyring].
func (s *systemKeyring) Delete(ctx context.Context, name string) error {
	_, err := s.call(ctx, func() (string, error) { return "", keyring.Delete(keyringService, name) })
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("delete from keyring: %w", err)
	}
	return nil
}

// call runs one call at a time. The library has no timeout while the system prompts
// the user to unlock the keyring. If ctx is done first, the call continues in its
// goroutine and later calls wait for it.
func (s *systemKeyring) call(ctx context.Context, do func() (string, error)) (string, error) {
	type result struct {
		secret string
		err    error
	}
	if err := s.running.Acquire(ctx, 1); err != nil {
		return "", err
	}
	results := make(chan result, 1)
	go func() {
		var r result
		r.err = guard(func() (err error) { r.secret, err = do(); return err })
		s.running.Release(1)
		results <- r
	}()
	select {
	case r := <-results:
		return r.secret, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
