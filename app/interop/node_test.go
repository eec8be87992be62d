package interop_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func nodeTargets() []target {
	return []target{
		tusServerTarget("plain", "2.4, as it is", nil),
		tusServerTarget("expiring", "2.4 with an expiry of a day", nil),
		tusServerTarget("relative", "2.4 with a relative Location", nil),
		tusServerTarget("forwarded", "2.4 behind a reverse proxy that sets the X-Forwarded headers", func(t *testing.T, s *instance) {
			s.endpoint = newForwardingProxy(t, s.endpoint)
		}),
		tusServerTarget("nested", "2.4 with upload URLs that encode a path", nil),
		tusServerTarget("auth", "2.4 with a hook that requires a token", func(_ *testing.T, s *instance) {
			s.headers = []string{"Authorization: Bearer sesame"}
		}),
		tusServerTarget("metadata", "2.4 with a hook that replaces the metadata", nil),
		tusServerTarget("finish", "2.4 with a hook that responds with 200 and a link when an upload is complete", nil),
		{
			name: "tus-node-server", about: "0.9", full: true, start: newTusNodeServer,
			missing: map[string]string{"refused": "the server has no limits and accepts every file"},
		},
		{
			name: "Directus", about: "11.3 with SQLite and TUS_ENABLED", full: true, start: func(t *testing.T) *instance { return newDirectus(t, false) },
			missing: map[string]string{"0 B": emptyRefused},
		},
		{
			name: "Directus with PUBLIC_URL", about: "11.3 with the address that clients use", full: true, start: func(t *testing.T) *instance { return newDirectus(t, true) },
			missing: map[string]string{"0 B": emptyRefused},
		},
	}
}

const emptyRefused = "Directus refuses files without bytes"

func tusServerTarget(variant, about string, change func(*testing.T, *instance)) target {
	return target{name: "@tus/server " + variant, about: about, full: true, start: func(t *testing.T) *instance {
		server := newTusServer(t, variant)
		if change != nil {
			change(t, server)
		}
		return server
	}}
}

func newTusServer(t *testing.T, variant string) *instance {
	t.Helper()
	dir := uploadtest.InstallNode(t, "interop-tus-server", os.DirFS("testdata/tusnode"), "--omit=optional")
	folder, address := t.TempDir(), uploadtest.FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	uploadtest.NewProgram(t, "listening", nil, node(t), filepath.Join(dir, "server.js"), port, folder, variant)
	return &instance{
		endpoint: "http://" + address + "/files", hasName: hasBaseName, refused: tooLarge,
		stored: func() ([]stored, error) { return storedByFileStore(folder) },
	}
}

func node(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("node is not installed; run `make deps`: %v", err)
	}
	return path
}

// storedByFileStore returns the complete uploads of the file store of @tus/server, which
// has a NAME.json for each NAME.
func storedByFileStore(folder string) ([]stored, error) {
	var files []stored
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		var upload struct {
			Size     int64
			Metadata map[string]string // null for an empty value
		}
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &upload)
		}
		if err != nil {
			return err
		}
		f, err := readStored(strings.TrimSuffix(path, ".json"))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if f.name = upload.Metadata["filename"]; f.size == upload.Size {
			files = append(files, f)
		}
		return err
	})
	return files, err
}

func newTusNodeServer(t *testing.T) *instance {
	t.Helper()
	dir := uploadtest.InstallNode(t, "interop-tus-node-server", os.DirFS("testdata/tusnodeserver"))
	folder, address := t.TempDir(), uploadtest.FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	uploadtest.NewProgram(t, "listening", nil, node(t), filepath.Join(dir, "server.js"), port, folder)
	return &instance{
		endpoint: "http://" + address + "/files", hasName: hasBaseName, refused: refusal{name: "any.bin", size: 6},
		stored: func() ([]stored, error) { return storedByTusNodeServer(folder) },
	}
}

// storedByTusNodeServer returns the complete uploads of tus-node-server, whose file
// uploads.json has the metadata as it was sent.
func storedByTusNodeServer(folder string) ([]stored, error) {
	text, err := os.ReadFile(filepath.Join(folder, "uploads.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var uploads map[string]struct {
		ID       string `json:"id"`
		Length   int64  `json:"upload_length,string"`
		Metadata string `json:"upload_metadata"`
	}
	if err == nil {
		err = json.Unmarshal(text, &uploads)
	}
	var files []stored
	for _, upload := range uploads {
		f, readErr := readStored(filepath.Join(folder, upload.ID))
		if f.name = decodeMetadata(upload.Metadata)["filename"]; f.size == upload.Length {
			files = append(files, f)
		}
		err = errors.Join(err, readErr)
	}
	return files, err
}

// decodeMetadata decodes Upload-Metadata. What is not base64 has an empty value.
func decodeMetadata(header string) map[string]string {
	metadata := map[string]string{}
	for pair := range strings.SplitSeq(header, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		decoded, err := base64.StdEncoding.DecodeString(value)
		if key != "" && err == nil {
			metadata[key] = string(decoded)
		}
	}
	return metadata
}

// newDirectus starts Directus. Without publicURL it returns upload URLs that begin with two
// slashes.
func newDirectus(t *testing.T, publicURL bool) *instance {
	t.Helper()
	const token = "interop-token"
	dir := uploadtest.InstallNode(t, "interop-directus", os.DirFS("testdata/directus"))
	uploadtest.Cached(t, filepath.Join(filepath.Base(dir), "node_modules", "sqlite3", "built"), func(path string) { buildSQLite(t, dir, path) })
	folder, address := t.TempDir(), uploadtest.FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	files := filepath.Join(folder, "files")
	if err := os.Mkdir(files, 0o700); err != nil {
		t.Fatal(err)
	}
	proxy := uploadtest.NewProxy(t, address)
	env := []string{
		"HOST=127.0.0.1", "PORT=" + port, "SECRET=interop", "TELEMETRY=false", "TUS_ENABLED=true", "TUS_CHUNK_SIZE=8mb",
		"DB_CLIENT=sqlite3", "DB_FILENAME=" + filepath.Join(folder, "data.db"), "EXTENSIONS_PATH=" + folder,
		"ADMIN_EMAIL=admin@example.com", "ADMIN_PASSWORD=interop", "ADMIN_TOKEN=" + token,
		"STORAGE_LOCATIONS=local", "STORAGE_LOCAL_ROOT=" + files, "FILES_MAX_UPLOAD_SIZE=1gb",
	}
	if publicURL {
		env = append(env, "PUBLIC_URL=http://"+proxy.Addr())
	}
	command := filepath.Join(dir, "node_modules", "directus", "cli.js")
	bootstrap := exec.CommandContext(t.Context(), node(t), command, "bootstrap")
	bootstrap.Env = append(os.Environ(), env...)
	if output, err := bootstrap.CombinedOutput(); err != nil {
		t.Fatalf("create database of Directus: %v\n%s", err, output)
	}
	uploadtest.NewProgram(t, "Server started", env, node(t), command, "start")
	site := "http://" + address
	authorization := "Authorization: Bearer " + token
	return &instance{
		endpoint: site + "/files/tus", headers: []string{authorization}, hasName: hasBaseName,
		options: []string{"--preset", "directus", "--set", "address=" + addressMark},
		refused: tooLarge, noEmpty: true, proxy: proxy,
		stored: func() ([]stored, error) {
			return storedByDirectus(site, http.Header{"Authorization": {"Bearer " + token}}, files)
		},
	}
}

// buildSQLite compiles the package sqlite3, which has no program for this system in it,
// and creates the file done.
func buildSQLite(t *testing.T, dir, done string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "npm", "rebuild", "sqlite3")
	command.Dir = dir
	// The headers of Node.js are those of the system: nothing is downloaded.
	command.Env = append(os.Environ(), "npm_config_nodedir="+filepath.Dir(filepath.Dir(node(t))), "npm_config_build_from_source=true")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build sqlite3: %v\n%s", err, output)
	}
	if err := os.WriteFile(done, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// storedByDirectus returns the files that Directus lists.
func storedByDirectus(site string, header http.Header, folder string) ([]stored, error) {
	var list struct {
		Data []struct {
			Disk   string `json:"filename_disk"`
			Name   string `json:"filename_download"`
			Upload string `json:"tus_id"` // of an unfinished one
		}
	}
	text, err := get(site+"/files?limit=-1", header)
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	var files []stored
	for _, item := range list.Data {
		if item.Upload != "" || item.Disk == "" {
			continue
		}
		f, readErr := readStored(filepath.Join(folder, item.Disk))
		f.name = item.Name
		files = append(files, f)
		err = errors.Join(err, readErr)
	}
	return files, err
}
