package instance

import "github.com/ferryapp/ferry/uploader"

// ServerChange is what a request sets of a server. A nil field leaves the value as it is;
// the zero value changes nothing. It may contain secrets.
type ServerChange struct {
	// Preset is the server that a preset made of the values of its fields, in place of a
	// new one; nil for none.
	Preset *uploader.Server `json:"preset,omitempty"`

	Name        *string `json:"name,omitempty"`
	Endpoint    *string `json:"endpoint,omitempty"`
	Certificate *string `json:"certificateFingerprint,omitempty"` // as in uploader.Access

	ChunkMin       *int64 `json:"chunkMin,omitempty"`
	ChunkMax       *int64 `json:"chunkMax,omitempty"`
	ChunkMultiple  *int64 `json:"chunkMultiple,omitempty"`
	Connections    *int   `json:"connections,omitempty"`
	MaxFiles       *int   `json:"maxFiles,omitempty"`
	Limit          *int64 `json:"limit,omitempty"`
	GivenURL       *bool  `json:"given,omitempty"`
	MethodOverride *bool  `json:"methodOverride,omitempty"`
	Checksums      *bool  `json:"checksums,omitempty"`
	OneRequest     *bool  `json:"oneRequest,omitempty"`

	UploadPath      *string              `json:"uploadPath,omitempty"`
	Folders         *uploader.FolderMode `json:"folders,omitempty"`
	OverwriteHeader *string              `json:"overwriteHeader,omitempty"`
	OverwriteQuery  *string              `json:"overwriteQuery,omitempty"`
	LinkTemplate    *string              `json:"linkTemplate,omitempty"`
	IDHeaders       *string              `json:"idHeaders,omitempty"`

	NoMetadata bool     `json:"noMetadata,omitempty"` // removes the metadata before Metadata is added
	Metadata   []string `json:"metadata,omitempty"`   // lines of a template; each replaces that of the same key
	NoHosts    bool     `json:"noHosts,omitempty"`    // removes the allowed hosts before Hosts are added
	Hosts      []string `json:"hosts,omitempty"`

	CA         *string `json:"ca,omitempty"`
	ClientCert *string `json:"clientCertificate,omitempty"`
	ClientKey  *string `json:"clientKey,omitempty"`
	Proxy      *string `json:"proxy,omitempty"`

	SignIn        *uploader.SignIn `json:"signIn,omitempty"`
	User          *string          `json:"user,omitempty"`
	Secret        string           `json:"secret,omitempty"`        // token, password, or lines of header fields
	ProxyPassword string           `json:"proxyPassword,omitempty"` // of the user in Proxy
}

// String keeps secrets from being printed.
func (ServerChange) String() string { return "…" }

// GoString keeps secrets from being printed.
func (ServerChange) GoString() string { return "…" }
