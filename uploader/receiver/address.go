package receiver

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"

	"github.com/ferryapp/ferry/uploader/atomicfile"
)

const addressFile = private + "/address.json"

// address is how a receiver is reached, kept so that upload URLs stay valid.
type address struct {
	Port   int    `json:"port"`
	Secret string `json:"secret"` // the path under which uploads are taken; more than 128 random bits
}

// loadAddress reads the address of an earlier run, or makes a new one. One that
// is damaged is replaced: nothing could be reached with it.
func loadAddress(root *os.Root) (address, error) {
	text, err := root.ReadFile(addressFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return address{}, fmt.Errorf("read address: %w", err)
	}
	var saved address
	if json.Unmarshal(text, &saved) != nil || len(saved.Secret) < len(rand.Text()) {
		return address{Secret: rand.Text()}, nil
	}
	return saved, nil
}

func (a address) save(root *os.Root) error {
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("save address: %w", err)
	}
	if err := atomicfile.WriteIn(root, addressFile, text, 0o600); err != nil {
		return fmt.Errorf("save address: %w", err)
	}
	return nil
}

// bind listens where asked. When the port is left to us, the one of the earlier
// run comes first.
func (a address) bind(listen string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if port == "0" && a.Port != 0 {
		if listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(a.Port))); err == nil {
			return listener, nil
		}
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

// reachable is the host and port to tell others: a receiver that listens
// everywhere is known by its first address in the network.
func reachable(at *net.TCPAddr) string {
	ip := at.IP
	if ip.IsUnspecified() {
		ip = outwardIP()
	}
	return net.JoinHostPort(ip.String(), strconv.Itoa(at.Port))
}

func outwardIP() net.IP {
	found, err := net.InterfaceAddrs()
	if err != nil {
		found = nil
	}
	for _, addr := range found {
		if network, ok := addr.(*net.IPNet); ok && network.IP.To4() != nil && network.IP.IsGlobalUnicast() {
			return network.IP
		}
	}
	return net.IPv4(127, 0, 0, 1)
}
