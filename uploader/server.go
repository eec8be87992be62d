package uploader

// BuiltinServer is the destination "This computer": the receiver inside this
// program. Its row exists in every profile.
const BuiltinServer ServerID = 1

// Server is one destination. Values can be compared with ==.
type Server struct {
	ID       ServerID
	Name     string
	Endpoint string // the creation URL; changes between runs for the built-in receiver
	Identity string // the endpoint it was added with, by which fingerprints know it; the engine's to set
	Profile  Profile
	Access   Access
}

// Builtin reports whether s is the receiver inside this program.
func (s Server) Builtin() bool { return s.ID == BuiltinServer }

// Profile is how uploads cross to a server, where that differs from the usual.
// The zero Profile is the usual way. Sizes are in bytes.
type Profile struct {
	ChunkMin       int64  `json:"chunkMin,omitempty"`       // no request but the last of a file carries less; 0: no minimum
	ChunkMax       int64  `json:"chunkMax,omitempty"`       // no request carries more; 0: the rest of the file in one
	ChunkMultiple  int64  `json:"chunkMultiple,omitempty"`  // every request but the last carries a multiple of it; 0: any size
	BodyMost       int64  `json:"bodyMost,omitempty"`       // Deliver out from refusals (413): no request carries more; 0: none was refused
	MethodOverride bool   `json:"methodOverride,omitempty"` // PATCH and DELETE go as POST with X-HTTP-Method-Override
	Given          bool   `json:"given,omitempty"`          // Endpoint is the upload URL of one file: nothing is created
	Connections    int    `json:"connections,omitempty"`    // Parts of one file at a time; 0: as the settings say
	Simultaneous   int    `json:"simultaneous,omitempty"`   // files at a time; 0: as the settings say
	Limit          int64  `json:"limit,omitempty"`          // bytes per second; 0: as fast as it goes
	Metadata       string `json:"metadata,omitempty"`       // what uploads are created with besides the usual; ParseMetadata reads it
	Checksums      bool   `json:"checksums,omitempty"`      // requests carry a checksum where the server has the extension
}

// SignIn is how a server is told who is there.
type SignIn string

// The ways to sign in.
const (
	SignInNone    SignIn = ""        // not at all
	SignInBearer  SignIn = "bearer"  // a token (RFC 6750)
	SignInBasic   SignIn = "basic"   // user and password (RFC 7617)
	SignInHeaders SignIn = "headers" // header fields of the user's own
)

// Access is how a server is reached and signed in to. It holds no secret: those
// are in a keyring, under the name Secret.
type Access struct {
	SignIn      SignIn `json:"signIn,omitempty"`
	User        string `json:"user,omitempty"`        // for SignInBasic
	Secret      string `json:"secret,omitempty"`      // the keyring's name for token, password or header fields; "" for none
	CA          string `json:"ca,omitempty"`          // a PEM file of authorities to trust besides the system's
	Certificate string `json:"certificate,omitempty"` // a PEM file with this client's certificate
	Key         string `json:"key,omitempty"`         // a PEM file with the certificate's key; "": it is in Certificate
	Proxy       string `json:"proxy,omitempty"`       // "": the system's; "none"; or an http, https or socks5 URL without password
}
