package platform

import "context"

// NewKeyringWith is [NewAppKeyring] with systemExists instead of [HasKeyring].
func NewKeyringWith(systemExists func(context.Context) bool, path string) *AppKeyring {
	return newKeys(newSystemKeyring(), systemExists, NewFileKeyring(path))
}

// CallSystemKeyring calls do as the system's keyring calls its library.
func CallSystemKeyring(ctx context.Context, do func() (string, error)) error {
	_, err := newSystemKeyring().call(ctx, do)
	return err
}
