package interop_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// tooLarge is a file that is larger than the servers of these tests accept.
var tooLarge = refusal{name: "too large.iso", size: maxUpload + 1, fault: "too-large"}

const maxUpload = 1 << 30 // bytes

func tusdTargets() []target {
	return []target{
		{
			name: "tusd", about: "2.10, as it is",
			start: func(t *testing.T) *instance { return newTusd(t) },
		},
		{
			name: "tusd -behind-proxy", about: "2.10 behind a reverse proxy that sets the X-Forwarded headers",
			start: func(t *testing.T) *instance {
				server := newTusd(t, uploadtest.BehindProxy())
				server.endpoint = newForwardingProxy(t, server.endpoint)
				return server
			},
		},
		{
			name: "tusd, few extensions", about: "2.10 with -disable-termination -disable-concatenation",
			start: func(t *testing.T) *instance {
				return newTusd(t, uploadtest.NoTermination(), uploadtest.NoConcatenation())
			},
		},
		{
			name: "tusd with hooks", about: "2.10 with a pre-create hook that rejects names ending in .exe",
			start: func(t *testing.T) *instance {
				server := newTusd(t, uploadtest.Hook("pre-create", rejectPrograms))
				server.refused = refusal{name: "setup.exe", size: 1000, fault: "refused", words: "programs are not accepted"}
				return server
			},
		},
		{name: "tusd on S3", about: "2.10 with its S3 store", start: newTusdOnS3},
	}
}

// rejectPrograms is a hook of tusd.
const rejectPrograms = `if grep -q '"filename":"[^"]*\.exe"'; then
	echo '{"RejectUpload": true, "HTTPResponse": {"StatusCode": 403, "Body": "programs are not accepted"}}'
fi`

func newTusd(t *testing.T, options ...uploadtest.Option) *instance {
	t.Helper()
	server := uploadtest.NewTusdBinary(t, append(options, uploadtest.MaxSize(maxUpload))...)
	return &instance{
		endpoint: server.Endpoint, hasName: hasBaseName, refused: tooLarge,
		stored: func() ([]stored, error) { return fromStoredFiles(server.Stored(t)), nil },
	}
}

// newForwardingProxy starts a reverse proxy, and returns the endpoint behind it.
func newForwardingProxy(t *testing.T, endpoint string) string {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	target := url.URL{Scheme: to.Scheme, Host: to.Host}
	proxy := httptest.NewServer(&httputil.ReverseProxy{ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&target)
		r.SetXForwarded()
	}})
	t.Cleanup(proxy.Close)
	return proxy.URL + to.Path
}

func newTusdOnS3(t *testing.T) *instance {
	t.Helper()
	bucket := newBucket(t)
	server := uploadtest.NewTusdBinary(t, uploadtest.S3(bucket.endpoint, bucket.name), uploadtest.MaxSize(maxUpload))
	return &instance{endpoint: server.Endpoint, hasName: hasBaseName, refused: tooLarge, stored: bucket.stored}
}

// bucket is an empty bucket of an S3 server of its own.
type bucket struct{ endpoint, name string }

func newBucket(t *testing.T) bucket {
	t.Helper()
	address := uploadtest.FreeAddress(t)
	b := bucket{"http://" + address, "uploads"}
	program := uploadtest.BuildModule(t, "s3server", os.DirFS("testdata/s3server"))
	uploadtest.NewProgram(t, "listening", nil, program, address, b.name)
	return b
}

// stored returns the objects that tusd has completed.
func (b bucket) stored() ([]stored, error) {
	var list struct {
		Contents []struct {
			Key  string
			Size int64
		}
	}
	text, err := b.get("?max-keys=1000")
	if err == nil {
		err = xml.Unmarshal(text, &list)
	}
	var files []stored
	for _, object := range list.Contents {
		if err != nil {
			break
		}
		if strings.HasSuffix(object.Key, ".info") || strings.HasSuffix(object.Key, ".part") {
			continue
		}
		f := stored{size: object.Size}
		if f.sha256, err = digestOf(b.url(object.Key)); err != nil {
			break
		}
		var info struct{ MetaData map[string]string }
		if text, err = b.get(object.Key + ".info"); err == nil {
			err = json.Unmarshal(text, &info)
		}
		f.name = info.MetaData["filename"]
		files = append(files, f)
	}
	return files, err
}

func (b bucket) url(key string) string { return b.endpoint + "/" + b.name + "/" + key }

func (b bucket) get(key string) ([]byte, error) { return get(b.url(key), nil) }

// get returns the body of a successful response.
func get(address string, header http.Header) ([]byte, error) {
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("get %s: %s: %s", address, response.Status, body)
	}
	return body, err
}

// digestOf returns the SHA-256, in hex, of what is at an address.
func digestOf(address string) (string, error) {
	response, err := http.Get(address)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("get %s: %s", address, response.Status)
	}
	return digest(response.Body)
}
