package platform

import "context"

// KeysWith is [NewKeys] with systemExists instead of [HasKeyring].
func KeysWith(systemExists func(context.Context) bool, path string) *Keys {
	return newKeys(newSystemKeyring(), systemExists, NewFileKeyring(path))
}
