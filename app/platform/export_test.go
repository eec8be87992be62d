package platform

import "context"

// KeysWith is NewKeys for a system that has a keyring or not.
func KeysWith(there func(context.Context) bool, path string) *Keys {
	return newKeys(newSystemKeyring(), there, NewVault(path))
}
