package platform

import "context"

// NewKeyringWith is [NewKeys] with systemExists instead of [HasKeyring].
func NewKeyringWith(systemExists func(context.Context) bool, path string) *Keys {
	return newKeys(newSystemKeyring(), systemExists, NewFileKeyring(path))
}
