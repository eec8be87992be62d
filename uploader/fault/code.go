package fault

// The codes that Ferry gives to faults itself, where their Kind alone does not
// say what a person can do.
const (
	CodeNoSecret   = "NO_SIGN_IN"       // Auth: the keyring holds no sign-in for the server
	CodeLocked     = "KEYRING_LOCKED"   // Auth: somebody has to unlock the keyring first
	CodeKeyring    = "KEYRING_FAILED"   // Auth: the keyring does not work
	CodeTrust      = "CERTIFICATE_FILE" // TLS: a file with certificates cannot be used
	CodeGivenTaken = "URL_TAKEN"        // Refused: another file goes to the one upload URL that the server gave
	CodeGivenBegun = "URL_BEGUN"        // Refused: that upload holds bytes of which nobody knows whose they are
	CodeJoining    = "STILL_JOINING"    // Busy: the server is putting the parts of the file together
	CodeUnjoined   = "NOT_JOINED"       // Refused: the server has all parts, and did not put them together
	CodeUnproven   = "NOT_COMPARABLE"   // SourceChanged: it may be the file it was, and nothing proves that
	CodeProxy      = "PROXY_SIGN_IN"    // Auth: not the server but the proxy on the way wants a sign-in
)

// Codes lists them.
func Codes() []string {
	return []string{CodeNoSecret, CodeLocked, CodeKeyring, CodeTrust, CodeGivenTaken, CodeGivenBegun, CodeJoining, CodeUnjoined, CodeUnproven, CodeProxy}
}
