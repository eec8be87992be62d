package interop_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
)

func serviceTargets() []target {
	return []target{
		{
			name: "Supabase", about: "double: chunks of 6 MiB, sign-in, keys of the metadata, safe names, 409 for an existing object",
			start:   newSupabase,
			missing: map[string]string{"folder": "Supabase Storage accepts only letters, digits and some signs of ASCII in names"},
		},
		{
			name: "Cloudflare Stream", about: "double: chunks from 5 MiB to 200 MiB in multiples of 256 KiB, sign-in, name in the metadata",
			start: newCloudflare,
		},
		{
			name: "Vimeo", about: "double: each upload URL is given, HEAD and PATCH only",
			start: newVimeo,
		},
		{
			name: "Bunny Stream", about: "double: a signature for each file in the headers, title in the metadata",
			start: newBunny,
		},
		{
			name: "Transloadit", about: "double: the address of the assembly in the metadata, which drops surplus files",
			start: newTransloadit,
		},
		{
			name: "filebrowser", about: "double: one URL for each path, no Tus-Resumable, 409 for an existing file",
			start: newFileBrowser,
		},
		{
			name: "OpenCloud, ownCloud", about: "double of reva: mtime in seconds, folders by MKCOL, 412 for an unknown folder, 201 with an empty Location for 0 B",
			start: newReva,
		},
	}
}

// bearer requires a token.
func bearer(token string, refused answer) func(*http.Request) *answer {
	return func(r *http.Request) *answer {
		if r.Header.Get("Authorization") == "Bearer "+token {
			return nil
		}
		return &refused
	}
}

// safeObjectName are the names that Supabase Storage accepts.
var safeObjectName = regexp.MustCompile(`^(\w|/|!|-|\.|\*|'|\(|\)| |&|\$|@|=|;|:|\+|,|\?)*$`)

const supabaseChunk = 6 << 20 // bytes

// newSupabase is a double of Supabase Storage: https://supabase.com/docs/guides/storage/uploads/resumable-uploads
func newSupabase(t *testing.T) *instance {
	var mu sync.Mutex
	objects := map[string]bool{}
	failure := func(status int, code, message string) *answer {
		return &answer{status: status, body: fmt.Sprintf(`{"statusCode":%q,"error":%q,"message":%q}`, code, message, message)}
	}
	d := newDouble(t, demands{
		path: "/storage/v1/upload/resumable", extensions: "creation,creation-with-upload,termination,expiration",
		allow: bearer("sesame", *failure(http.StatusBadRequest, "403", "jwt expired")),
		create: func(r *http.Request, u *doubleUpload) *answer {
			mu.Lock()
			defer mu.Unlock()
			name := u.Metadata["objectName"]
			switch {
			case u.Metadata["bucketName"] != "videos":
				return failure(http.StatusBadRequest, "404", "Bucket not found")
			case name == "" || !safeObjectName.MatchString(name):
				return failure(http.StatusBadRequest, "400", "Invalid key: "+name)
			case u.Length > maxUpload:
				return failure(http.StatusRequestEntityTooLarge, "413", "The object exceeded the maximum allowed size")
			case objects[name] && r.Header.Get("x-upsert") != "true":
				return failure(http.StatusConflict, "409", "The resource already exists")
			}
			return nil
		},
		chunk: func(u *doubleUpload, length int64) *answer {
			if length != supabaseChunk && u.offset+length != u.Length {
				return failure(http.StatusBadRequest, "400", "chunks have 6 MiB")
			}
			return nil
		},
		completed: func(u *doubleUpload) {
			mu.Lock()
			defer mu.Unlock()
			objects[u.Metadata["objectName"]] = true
		},
	})
	return &instance{
		endpoint: d.endpoint(), headers: []string{"Authorization: Bearer sesame"},
		options: []string{
			"--chunk-min", "6MiB", "--chunk-max", "6MiB", "--metadata", "bucketName=videos", "--metadata", "objectName={path}",
			"--metadata", "contentType={type}", "--metadata", "cacheControl=3600",
		},
		stored:  func() ([]stored, error) { return d.stored(metadataValue("objectName")) },
		hasName: hasPathBelow, sameName: refusesSecond,
		refused: refusal{name: "übergroß.bin", size: 10, fault: "refused", words: "Invalid key"},
	}
}

// metadataValue returns a function that returns a value of the metadata.
func metadataValue(key string) func(*doubleUpload) string {
	return func(u *doubleUpload) string { return u.Metadata[key] }
}

// newCloudflare is a double of Cloudflare Stream:
// https://developers.cloudflare.com/stream/uploading-videos/resumable-uploads/
func newCloudflare(t *testing.T) *instance {
	d := newDouble(t, demands{
		path: "/client/v4/accounts/0123456789abcdef0123456789abcdef/stream", extensions: "creation",
		allow: bearer("sesame", answer{status: http.StatusForbidden, body: `{"errors":[{"code":10000,"message":"Authentication error"}]}`}),
		create: func(_ *http.Request, u *doubleUpload) *answer {
			if u.Length > maxUpload {
				return &answer{status: http.StatusRequestEntityTooLarge, body: `{"errors":[{"code":10006,"message":"The file exceeds your quota of minutes"}]}`}
			}
			return nil
		},
		created: func(header http.Header, u *doubleUpload) { header.Set("stream-media-id", u.ID) },
		chunk: func(u *doubleUpload, length int64) *answer {
			last := u.offset+length == u.Length
			if length > 200<<20 || !last && (length < 5<<20 || length%(256<<10) != 0) {
				return &answer{status: http.StatusBadRequest, body: "chunk sizes are multiples of 256 KiB from 5 MiB to 200 MiB"}
			}
			return nil
		},
	})
	return &instance{
		endpoint: d.endpoint(), headers: []string{"Authorization: Bearer sesame"},
		options: []string{
			"--chunk-min", "5MiB", "--chunk-max", "50MiB", "--chunk-multiple", "256KiB", "--metadata", "name={name}",
		},
		stored: func() ([]stored, error) { return d.stored(metadataValue("name")) }, hasName: hasBaseName,
		refused: refusal{name: "too long.mov", size: maxUpload + 1, fault: "too-large"},
	}
}

// newVimeo is a double of Vimeo, whose upload URLs come from its own API:
// https://developer.vimeo.com/api/upload/videos
func newVimeo(t *testing.T) *instance {
	d := newDouble(t, demands{
		path: "/files/", extensions: "",
		options: func(w http.ResponseWriter) { w.WriteHeader(http.StatusMethodNotAllowed) },
		create: func(*http.Request, *doubleUpload) *answer {
			return &answer{status: http.StatusMethodNotAllowed, body: "uploads are created by the API"}
		},
	})
	return &instance{
		endpoint: d.endpoint(), hasName: hasAnyName,
		createURL: func(path string) (string, error) {
			info, err := os.Stat(path)
			if err != nil {
				return "", err
			}
			u := &doubleUpload{Length: info.Size()}
			if filepath.Base(path) == "other size.mov" {
				u.Length++ // the API was told another size
			}
			err = d.add(u)
			return d.endpoint() + u.ID, err
		},
		stored:  func() ([]stored, error) { return d.stored(func(*doubleUpload) string { return "" }) },
		refused: refusal{name: "other size.mov", size: 1000, fault: "mismatch"},
	}
}

// The account of the double of Bunny Stream.
const (
	bunnyKey     = "library-key"
	bunnyLibrary = "4711"
	bunnyExpires = "4102444800" // in seconds since 1970
)

// signVideo is a program that creates a video for the file in its argument, and prints the
// sign-in for it.
const signVideo = `#!/bin/sh
video=$(printf %%s "$1" | sha256sum | cut -c 1-32)
echo "LibraryId: %[1]s"
echo "VideoId: $video"
echo "AuthorizationExpire: %[3]s"
echo "AuthorizationSignature: $(printf %%s "%[1]s%[2]s%[3]s$video" | sha256sum | cut -c 1-64)"
`

// newBunny is a double of Bunny Stream: https://docs.bunny.net/reference/tus-resumable-uploads
func newBunny(t *testing.T) *instance {
	var mu sync.Mutex
	videos := map[string]bool{} // those that have a file
	d := newDouble(t, demands{
		path: "/tusupload", extensions: "creation",
		allow: func(r *http.Request) *answer {
			video := r.Header.Get("VideoId")
			signature := sha256.Sum256([]byte(bunnyLibrary + bunnyKey + bunnyExpires + video))
			switch {
			case r.Header.Get("LibraryId") != bunnyLibrary || video == "":
				return &answer{status: http.StatusBadRequest, body: "LibraryId and VideoId are required"}
			case r.Header.Get("AuthorizationExpire") != bunnyExpires || r.Header.Get("AuthorizationSignature") != hex.EncodeToString(signature[:]):
				return &answer{status: http.StatusUnauthorized, body: "invalid signature"}
			}
			return nil
		},
		create: func(r *http.Request, u *doubleUpload) *answer {
			mu.Lock()
			defer mu.Unlock()
			video := r.Header.Get("VideoId")
			switch {
			case u.Metadata["filetype"] == "" || u.Metadata["title"] == "":
				return &answer{status: http.StatusBadRequest, body: "filetype and title are required"}
			case u.Length > maxUpload:
				return &answer{status: http.StatusRequestEntityTooLarge}
			case videos[video]:
				return &answer{status: http.StatusBadRequest, body: "the video has a file already"}
			}
			videos[video] = true
			return nil
		},
	})
	sign := filepath.Join(t.TempDir(), "sign-video")
	if err := os.WriteFile(sign, fmt.Appendf(nil, signVideo, bunnyLibrary, bunnyKey, bunnyExpires), 0o700); err != nil {
		t.Fatal(err)
	}
	return &instance{
		endpoint: d.endpoint(), perFile: sign,
		options: []string{"--metadata", "filetype={type}", "--metadata", "title={name}"},
		stored:  func() ([]stored, error) { return d.stored(metadataValue("title")) }, hasName: hasBaseName, refused: tooLarge,
	}
}

// newTransloadit is a double of Transloadit: https://transloadit.com/docs/api/assemblies-post/
func newTransloadit(t *testing.T) *instance {
	const assembly = "https://api2.example.com/assemblies/0123"
	d := newDouble(t, demands{
		path: "/resumable/files/", extensions: "creation,creation-with-upload,termination,concatenation,creation-defer-length",
		create: func(_ *http.Request, u *doubleUpload) *answer {
			switch {
			case u.Metadata["assembly_url"] != assembly || u.Metadata["fieldname"] == "" || u.Metadata["filename"] == "":
				return &answer{status: http.StatusBadRequest, body: "assembly_url, fieldname and filename are required"}
			case u.Length > maxUpload:
				return &answer{status: http.StatusRequestEntityTooLarge, body: "file is larger than the plan allows"}
			}
			return nil
		},
	})
	return &instance{
		endpoint: d.endpoint(),
		options:  []string{"--metadata", "assembly_url=" + assembly, "--metadata", "fieldname=file"},
		stored:   func() ([]stored, error) { return d.stored(metadataValue("filename")) }, hasName: hasBaseName, refused: tooLarge,
	}
}
