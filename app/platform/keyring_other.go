//go:build !linux

package platform

import "context"

// HasKeyring reports whether the system has a keyring, which is always true here.
func HasKeyring(context.Context) bool { return true }

// maxSecret is how many bytes of a secret are stored in one piece. The Credential Manager
// refuses more than 2,560 (CRED_MAX_CREDENTIAL_BLOB_SIZE), and the library refuses about
// 3,000 for the Keychain.
const maxSecret = 2_500

// newUnlimitedKeyring returns the system's keyring for secrets of any length.
func newUnlimitedKeyring() Keyring { return piecesKeyring{newSystemKeyring(), maxSecret} }
