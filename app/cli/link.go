package cli

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// linkPrefix starts every link that Ferry opens. Packages register its scheme.
const linkPrefix = "ferry://"

// Maximum lengths of the values in a link. No server has longer ones.
const (
	maxLinkAddress = 2000 // bytes
	maxLinkName    = 100  // bytes
)

// isLink reports whether an argument is a link rather than a path.
func isLink(arg string) bool {
	return len(arg) >= len(linkPrefix) && strings.EqualFold(arg[:len(linkPrefix)], linkPrefix)
}

// ParseLink parses a link that proposes a server to add, such as
// ferry://add?url=https%3A%2F%2Fuploads.example.com%2Ffiles%2F&name=Example. Anyone can
// make such a link, so it has an address and a name and nothing else: a user, a query or a
// fragment in the address, which may be a secret, and any other parameter is an error. It
// fails with a *[UsageError], which does not quote the link.
func ParseLink(link string) (uploader.Server, error) {
	invalid := usageError("cli.usage.add-link", nil)
	parsed, err := url.Parse(link)
	if err != nil || !isLink(link) || !strings.EqualFold(parsed.Host, "add") || strings.Trim(parsed.Path, "/") != "" || parsed.User != nil || parsed.Fragment != "" {
		return uploader.Server{}, invalid
	}
	values, err := url.ParseQuery(parsed.RawQuery)
	if err != nil {
		return uploader.Server{}, invalid
	}
	for key, value := range values {
		if key != "url" && key != "name" || len(value) != 1 {
			return uploader.Server{}, invalid
		}
	}
	server := uploader.Server{Name: strings.TrimSpace(values.Get("name")), Endpoint: strings.TrimSpace(values.Get("url"))}
	if !validLinkAddress(server.Endpoint) || !validLinkName(server.Name) {
		return uploader.Server{}, invalid
	}
	return server, nil
}

// validLinkAddress reports whether an address is one of a server without a sign-in, and can
// be shown as it is.
func validLinkAddress(address string) bool {
	parsed, err := url.Parse(address)
	return err == nil && len(address) <= maxLinkAddress && address == words.Printable(address) && (parsed.Scheme == "https" || parsed.Scheme == "http") && parsed.Hostname() != "" &&
		parsed.User == nil && parsed.RawQuery == "" && !parsed.ForceQuery && parsed.Fragment == "" && !strings.Contains(address, "#")
}

// validLinkName reports whether a name can be shown in one line; it may be empty.
func validLinkName(name string) bool {
	return len(name) <= maxLinkName && utf8.ValidString(name) && name == words.Printable(name)
}
