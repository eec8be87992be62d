package platform

import "context"

// NewKeyringWith is [NewAppKeyring] with systemExists instead of [HasKeyring].
func NewKeyringWith(systemExists func(context.Context) bool, path string) *AppKeyring {
	return newKeys(newSystemKeyring(), systemExists, NewFileKeyring(path))
}
