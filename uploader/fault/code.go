package fault

// Codes that Ferry sets itself, where Kind alone does not determine what the user can
// do. The values are stored in the database and must not change.
const (
	CodeNoSignIn           = "NO_SIGN_IN"                  // Auth: the keyring has no sign-in for the server
	CodeKeyringLocked      = "KEYRING_LOCKED"              // Auth: the user must unlock the keyring
	CodeKeyringFailed      = "KEYRING_FAILED"              // Auth: the keyring returned an error
	CodeCertificateUnknown = "CERTIFICATE_UNKNOWN"         // TLS: no known authority issued the certificate; Detail is its fingerprint
	CodeCertificateChanged = "CERTIFICATE_CHANGED"         // TLS: the server has another certificate than the one with the fingerprint in its settings
	CodeClientCertNone     = "CLIENT_CERTIFICATE"          // TLS: the server requires a client certificate, and there is none
	CodeClientCertRejected = "CLIENT_CERTIFICATE_REJECTED" // TLS: the server rejected the client certificate
	CodeCertificateFile    = "CERTIFICATE_FILE"            // TLS: a certificate file cannot be read or parsed
	CodeSignInRejected     = "SIGN_IN_REJECTED"            // Auth: the server rejected the sign-in that was sent
	CodeSignInExpired      = "SIGN_IN_EXPIRED"             // Auth: the token that was sent has expired
	CodeForbidden          = "FORBIDDEN"                   // Refused with a reason, Auth without: 403 and no request for a sign-in
	CodeRedirected         = "REDIRECTED"                  // Refused: the server redirects creations in a way that drops the body; Detail is the new address
	CodeVersion            = "VERSION"                     // Refused: the server uses other versions of tus; Detail is the server's text and its versions
	CodeOverwriteRefused   = "OVERWRITE_REFUSED"           // Exists: the request to overwrite was rejected as well
	CodeRepeatedError      = "REPEATED_ERROR"              // Refused: the server responded to the same request with the same error for minutes
	CodeHostNotAllowed     = "HOST_NOT_ALLOWED"            // Refused: the server uses another host, which the user has not allowed; Detail is the host
	CodeHostLocal          = "HOST_LOCAL"                  // Refused: a server on the public internet uses a host that is not; Detail is the host
	CodeServerLocal        = "SERVER_LOCAL"                // Unreachable: the server was on the public internet and now has a local address; Detail is its host
	CodeUnencrypted        = "UNENCRYPTED"                 // Refused: a server with https uses a URL with http; Detail is the host
	CodeUploadURLInUse     = "URL_TAKEN"                   // Refused: the configured upload URL is used by another file
	CodeUploadURLHasData   = "URL_BEGUN"                   // Refused: the configured upload URL already has data of an unknown file; Detail as NewUploadHasData
	CodeUploadURLReused    = "URL_REUSED"                  // Refused: the server returned the upload URL of another file
	CodeWebServer          = "WEB_SERVER"                  // NotTus: the address is that of a web server, which does not accept uploads there
	CodeNoUploadURL        = "NO_UPLOAD_URL"               // NotTus: a tus server created an upload and did not return its URL
	CodeFolderMissing      = "FOLDER_MISSING"              // Refused: the folder of the server's address, in which folders are created, does not exist
	CodeConcatPending      = "STILL_JOINING"               // Busy: the server is still concatenating the parts
	CodeConcatFailed       = "NOT_JOINED"                  // Refused: the server has all parts but did not concatenate them
	CodeNotComparable      = "NOT_COMPARABLE"              // SourceChanged: the file may be unchanged, but this cannot be verified
	CodeResponseLost       = "RESPONSE_LOST"               // Gone: all of the file was sent, the response was lost, and the server hides complete uploads
	CodeUploadNotVisible   = "NOT_VISIBLE"                 // Transient: the server does not find an upload that it has just created
	CodeForeignResponse    = "FOREIGN_RESPONSE"            // Transient: an intermediary responded instead of the server
	CodePerFileFailed      = "PER_FILE_FAILED"             // Refused: the program that prints what is issued for each file failed
	CodePerFileRejected    = "PER_FILE_REJECTED"           // Refused: the server rejected the sign-in that was issued for the file
	CodeOtherNode          = "OTHER_NODE"                  // Transient: another node of the server responded, which does not have the upload
	CodeProxySignIn        = "PROXY_SIGN_IN"               // Auth: the proxy requires a sign-in, not the server
	CodeServerSettings     = "SERVER_SETTINGS"             // Refused: the server's address, proxy or headers can never work
	CodeExhausted          = "EXHAUSTED"                   // Transient: this computer has no more open files, connections or memory
	CodeReceiverDisk       = "RECEIVER_DISK"               // LocalDisk: the built-in receiver cannot use its folder
	CodeReceiverUnsafe     = "RECEIVER_UNSAFE"             // LocalDisk: another user may have prepared the built-in receiver's folder
	CodeReceiverFull       = "RECEIVER_FULL"               // LocalDisk: the disk of the built-in receiver's folder is full
	CodeReceiverDigest     = "RECEIVER_DIGEST"             // Transient: the built-in receiver got other content than was sent, and removed it
	CodeReceiverFiles      = "RECEIVER_FILES"              // Busy: this computer has too many open files for the built-in receiver
	CodeFileChanging       = "FILE_CHANGING"               // SourceBusy: the file changed less than the settle time ago
	CodeLengthPending      = "LENGTH_PENDING"              // SourceBusy: the program that writes the file is known, and the server requires the length first
	CodeEndsEarly          = "ENDS_EARLY"                  // SourceUnsupported: fewer bytes of the file can be read than its size says
	CodeDriveHangs         = "DRIVE_HANGS"                 // SourceBusy: a call of the file system has not returned for a while
	CodeDriveMissing       = "DRIVE_MISSING"               // SourceBusy: the drive or network share of the file is not connected
	CodeLinkInFolder       = "LINK_IN_FOLDER"              // SourceUnsupported: a link in an added folder, which is not followed
	CodePathTooLong        = "PATH_TOO_LONG"               // SourceUnsupported: longer than the system allows
)

// Codes returns all codes that Ferry sets itself.
func Codes() []string {
	return []string{
		CodeNoSignIn, CodeKeyringLocked, CodeKeyringFailed, CodeCertificateFile, CodeCertificateUnknown, CodeCertificateChanged,
		CodeClientCertNone, CodeClientCertRejected,
		CodeSignInRejected, CodeSignInExpired, CodeForbidden, CodeRedirected, CodeVersion, CodeOverwriteRefused, CodeRepeatedError,
		CodeHostNotAllowed, CodeHostLocal, CodeServerLocal, CodeUnencrypted,
		CodeUploadURLInUse, CodeUploadURLHasData, CodeUploadURLReused,
		CodeWebServer, CodeNoUploadURL, CodeFolderMissing,
		CodeConcatPending, CodeConcatFailed, CodeNotComparable, CodeResponseLost, CodeUploadNotVisible, CodeForeignResponse, CodeOtherNode, CodePerFileFailed, CodePerFileRejected, CodeProxySignIn,
		CodeServerSettings, CodeExhausted, CodeReceiverDisk, CodeReceiverUnsafe, CodeReceiverFull, CodeReceiverFiles, CodeReceiverDigest,
		CodeFileChanging, CodeLengthPending, CodeEndsEarly, CodeDriveHangs, CodeDriveMissing,
		CodeLinkInFolder, CodePathTooLong,
	}
}
