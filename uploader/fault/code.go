package fault

// Codes that Ferry sets itself, where Kind alone does not tell the user what to
// do. The values are stored in the database and must not change.
const (
	CodeNoSecret   = "NO_SIGN_IN"       // Auth: the keyring has no sign-in for the server
	CodeLocked     = "KEYRING_LOCKED"   // Auth: the user must unlock the keyring
	CodeKeyring    = "KEYRING_FAILED"   // Auth: the keyring returned an error
	CodeTrust      = "CERTIFICATE_FILE" // TLS: a certificate file cannot be read or parsed
	CodeGivenTaken = "URL_TAKEN"        // Refused: the configured upload URL is used by another file
	CodeGivenBegun = "URL_BEGUN"        // Refused: the configured upload URL already has data of an unknown file
	CodeJoining    = "STILL_JOINING"    // Busy: the server is still concatenating the parts
	CodeUnjoined   = "NOT_JOINED"       // Refused: the server has all parts but did not concatenate them
	CodeUnproven   = "NOT_COMPARABLE"   // SourceChanged: the file may be unchanged, but this cannot be verified
	CodeProxy      = "PROXY_SIGN_IN"    // Auth: the proxy requires a sign-in, not the server
)

// Codes returns all codes that Ferry sets itself.
func Codes() []string {
	return []string{CodeNoSecret, CodeLocked, CodeKeyring, CodeTrust, CodeGivenTaken, CodeGivenBegun, CodeJoining, CodeUnjoined, CodeUnproven, CodeProxy}
}
