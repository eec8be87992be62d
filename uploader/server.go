package uploader

// BuiltinServer is the destination "This computer": the receiver inside this program.
// Every store has it.
const BuiltinServer ServerID = 1

// BuiltinName is the saved name of BuiltinServer.
const BuiltinName = "This computer"

// Server is a destination. Values can be compared with ==.
type Server struct {
	ID               ServerID
	Name             string
	Endpoint         string // the creation URL; that of the built-in receiver changes between runs
	OriginalEndpoint string // the endpoint it was added with, which fingerprints contain; set by the engine
	Options          ServerOptions
	Access           Access
}

// Builtin reports whether s is the receiver inside this program.
func (s Server) Builtin() bool { return s.ID == BuiltinServer }

// ServerOptions are the server options: how uploads to a server differ from the default,
// which is the zero value. Sizes are in bytes.
type ServerOptions struct {
	ChunkMin       int64  `json:"chunkMin,omitempty"`       // minimum of every request but the last of an upload; 0: none
	ChunkMax       int64  `json:"chunkMax,omitempty"`       // maximum of a request; 0: none
	ChunkMultiple  int64  `json:"chunkMultiple,omitempty"`  // every request but the last is a multiple of it; 0: any size
	MaxBody        int64  `json:"bodyMost,omitempty"`       // maximum of a request learned from refusals (413); 0: none
	WholeRequests  int64  `json:"wholeRequests,omitempty"`  // maximum of a request found out from interrupted ones of which the server kept nothing; 0: none
	SendsVersion   bool   `json:"sendsVersion,omitempty"`   // found out from responses: the server sends Tus-Resumable
	OmitsVersion   bool   `json:"omitsVersion,omitempty"`   // found out from responses: the server creates uploads without Tus-Resumable
	PublicAddress  bool   `json:"publicAddress,omitempty"`  // found out from connections: the server is on the public internet
	AllowedHosts   string `json:"allowedHosts,omitempty"`   // hosts besides the server's own that requests may be sent to, as tus.Config.AllowedHosts
	MethodOverride bool   `json:"methodOverride,omitempty"` // PATCH and DELETE are sent as POST with X-HTTP-Method-Override
	GivenURL       bool   `json:"given,omitempty"`          // Endpoint is the upload URL of one file: no upload is created
	RemoveUsed     bool   `json:"removeUsed,omitempty"`     // with GivenURL: the server is removed once its file is uploaded, at the next start at the latest
	Connections    int    `json:"connections,omitempty"`    // parts of one file at the same time; 0: as in Settings
	MaxFiles       int    `json:"simultaneous,omitempty"`   // files at the same time; 0: as in Settings
	Limit          int64  `json:"limit,omitempty"`          // bytes per second; 0: unlimited
	Metadata       string `json:"metadata,omitempty"`       // template of additional metadata; see ParseMetadata
	Checksums      bool   `json:"checksums,omitempty"`      // requests have a checksum if the server supports it
	OneRequest     bool   `json:"oneRequest,omitempty"`     // small files are sent in the request that creates their upload; a lost response leaves a second copy

	Preset       string     `json:"preset,omitempty"`       // name of the preset that the server was added with; "" for none
	UploadPath   string     `json:"uploadPath,omitempty"`   // template of the path below Endpoint at which the upload of a file is created; "": at Endpoint; see ParseUploadPath
	LinkTemplate string     `json:"linkTemplate,omitempty"` // of the link to a finished file; see ParseLinkTemplate; "": what the server returned
	IDHeaders    string     `json:"idHeaders,omitempty"`    // names of the response headers with a file's ID, separated by commas or spaces; "": tus.DefaultIDHeaders
	Folders      FolderMode `json:"folders,omitempty"`      // what becomes of the folders of an added folder

	EmptyPatch    bool `json:"emptyPatch,omitempty"`    // an upload of 0 bytes is complete only after a PATCH without a body
	HidesFinished bool `json:"hidesFinished,omitempty"` // the server responds with 404 to HEAD of an upload that is complete

	// How the server is asked to overwrite an existing file: a header field such as
	// "x-upsert: true" and a query such as "override=true" of the request that creates the
	// upload. If both are "", it is not known how.
	OverwriteHeader string `json:"overwriteHeader,omitempty"`
	OverwriteQuery  string `json:"overwriteQuery,omitempty"`
}

// CanOverwrite reports whether it is known how the server overwrites existing files.
func (o ServerOptions) CanOverwrite() bool { return o.OverwriteHeader != "" || o.OverwriteQuery != "" }

// Chosen returns the options without what was found out about the server, which is found
// out again after the server was edited.
func (o ServerOptions) Chosen() ServerOptions {
	return o.WithFound(ServerOptions{})
}

// WithFound returns the options with what was found out about the server by others.
func (o ServerOptions) WithFound(found ServerOptions) ServerOptions {
	o.MaxBody, o.WholeRequests = found.MaxBody, found.WholeRequests
	o.SendsVersion, o.OmitsVersion, o.PublicAddress = found.SendsVersion, found.OmitsVersion, found.PublicAddress
	return o
}

// FolderMode is what becomes of the folders of an added folder on the server. The values
// are stored.
type FolderMode string

// The folder modes.
const (
	FoldersInMetadata FolderMode = ""      // they are only in the metadata; the server decides
	FoldersByMKCOL    FolderMode = "mkcol" // they are created by MKCOL (RFC 4918, 9.3) before the first file in them
	FoldersFlat       FolderMode = "flat"  // none: all files are uploaded as if they were added themselves
)

// SignIn is a way to sign in to a server.
type SignIn string

// The ways to sign in.
const (
	SignInNone    SignIn = ""
	SignInBearer  SignIn = "bearer"  // a token (RFC 6750)
	SignInBasic   SignIn = "basic"   // user name and password (RFC 7617)
	SignInHeaders SignIn = "headers" // header fields that the user enters
)

// Access is how a server is reached and signed in to. It contains no secrets: they are
// in a keyring, under the name [Access.SecretName].
type Access struct {
	SignIn                 SignIn `json:"signIn,omitempty"`
	User                   string `json:"user,omitempty"`                   // for SignInBasic
	SecretName             string `json:"secret,omitempty"`                 // name in the keyring of the token, password or header fields; "" for none
	CA                     string `json:"ca,omitempty"`                     // PEM file of CA certificates trusted besides the system's
	Certificate            string `json:"certificate,omitempty"`            // PEM file of the client certificate
	Key                    string `json:"key,omitempty"`                    // PEM file of its private key; "": it is in Certificate
	CertificateFingerprint string `json:"certificateFingerprint,omitempty"` // of the only certificate of the server that is accepted, as netx.CertificateFingerprint; "": those the system trusts
	Proxy                  string `json:"proxy,omitempty"`                  // "": the system's; "none"; or an http, https or socks5 URL without password
}
