package platform

import "context"

// NewKeyringWith is [NewAppKeyring] with systemExists instead of [HasKeyring].
func NewKeyringWith(systemExists func(context.Context) bool, path string) *AppKeyring {
	return newKeys(newUnlimitedKeyring(), systemExists, NewFileKeyring(path))
}

// CallSystemKeyring calls do as the system's keyring calls its library.
func CallSystemKeyring(ctx context.Context, do func() (string, error)) error {
	_, err := newSystemKeyring().call(ctx, do)
	return err
}

// NewPiecesKeyring returns a keyring for long secrets over one that stores up to most bytes
// of a secret.
func NewPiecesKeyring(store Keyring, most int) Keyring { return piecesKeyring{store, most} }

// WindowProgram is the program without a console beside one.
var WindowProgram = windowProgram

// WindowOf returns the window on Windows of a handle.
var WindowOf = windowOf
