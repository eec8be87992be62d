package receiver

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"regexp"
	"strconv"

	"github.com/ferryapp/ferry/uploader/privatefile"
)

const (
	endpointFile    = "address.json" // in privateDir
	maxEndpointFile = 4096           // bytes
)

// endpoint is saved in the folder, so that upload URLs stay valid between runs.
type endpoint struct {
	Port   int    `json:"port"`
	Secret string `json:"secret"` // the path of the creation URL; at least 128 random bits
}

// loadEndpoint reads the endpoint of an earlier run. It creates a new one if there is
// none or if the file is damaged.
func loadEndpoint(folder *privatefile.Dir) (endpoint, error) {
	text, err := folder.ReadFile(endpointFile, maxEndpointFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return endpoint{}, fmt.Errorf("read endpoint: %w", err)
	}
	if saved, ok := parseEndpoint(text); ok {
		return saved, nil
	}
	return endpoint{Secret: rand.Text()}, nil
}

// secretPattern is the form of rand.Text.
var secretPattern = regexp.MustCompile(`^[A-Z2-7]{26,64}$`)

// parseEndpoint parses a saved endpoint, and reports whether it is valid.
func parseEndpoint(text []byte) (saved endpoint, ok bool) {
	if json.Unmarshal(text, &saved) != nil || !secretPattern.MatchString(saved.Secret) || saved.Port < 0 || saved.Port > math.MaxUint16 {
		return endpoint{}, false
	}
	return saved, true
}

func (e endpoint) save(folder *privatefile.Dir) error {
	text, err := json.Marshal(e) //nolint:gosec // the secret is saved in a private file
	if err != nil {
		return fmt.Errorf("save endpoint: %w", err)
	}
	if err := folder.WriteFile(endpointFile, text); err != nil {
		return fmt.Errorf("save endpoint: %w", err)
	}
	return nil
}

// listen listens on a host and port. For port 0 it prefers the port of the earlier run.
func (e endpoint) listen(address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if port == "0" && e.Port != 0 {
		if listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(e.Port))); err == nil {
			return listener, nil
		}
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

// publicHost returns the host and port for clients. For a listener on all addresses, the
// host is the first one in the local network.
func publicHost(at *net.TCPAddr) string {
	ip := at.IP
	if ip.IsUnspecified() {
		ip = networkIP()
	}
	return net.JoinHostPort(ip.String(), strconv.Itoa(at.Port))
}

// networkIP returns the first global unicast IPv4 address of this computer, or the
// loopback address.
func networkIP() net.IP {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		addrs = nil
	}
	for _, addr := range addrs {
		if network, ok := addr.(*net.IPNet); ok && network.IP.To4() != nil && network.IP.IsGlobalUnicast() {
			return network.IP
		}
	}
	return net.IPv4(127, 0, 0, 1)
}
