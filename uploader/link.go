package uploader

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
)

// maxLink is the maximum length in bytes of a link template, and of a link that a server
// returned.
const maxLink = 2048

// linkPlaceholders returns the placeholders of a link template, without braces.
func linkPlaceholders() []string { return append(Placeholders(), "id", "url", "link") }

// LinkTemplate is a template of the link to a finished file
// ([ServerOptions.LinkTemplate]).
type LinkTemplate struct{ parts []linkPart }

// linkPart is a text or, if placeholder is not empty, what replaces it.
type linkPart struct{ text, placeholder string }

// ParseLinkTemplate parses a link template: an http or https URL with a host, whose path
// and query may contain placeholders, or one that begins with {url} or {link}. {id} is the
// server's ID of the file, or the last segment of the upload URL; {url} the upload URL;
// {link} the link that the server returned; the others are those of metadata. Values are
// percent-encoded, except at the beginning.
func ParseLinkTemplate(text string) (LinkTemplate, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxLink || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return LinkTemplate{}, errors.New("link template is too long or has spaces or control characters")
	}
	parts, err := splitLinkTemplate(text)
	if err != nil {
		return LinkTemplate{}, err
	}
	template := LinkTemplate{parts}
	return template, template.validate()
}

func splitLinkTemplate(text string) (parts []linkPart, err error) {
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return nil, errors.New("link template has a } without {")
		}
		if before != "" {
			parts = append(parts, linkPart{text: before})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !slices.Contains(linkPlaceholders(), name) {
			return nil, fmt.Errorf("link template has an unknown placeholder {%.40s", name)
		}
		parts = append(parts, linkPart{placeholder: name})
		text = after
	}
	return parts, nil
}

// validate returns an error unless the template begins with a scheme and a host, or with a
// placeholder for a URL.
func (l LinkTemplate) validate() error {
	if len(l.parts) == 0 {
		return errors.New("link template is empty")
	}
	first := l.parts[0]
	if first.placeholder == "url" || first.placeholder == "link" {
		return nil
	}
	u, err := url.Parse(first.text)
	_, afterScheme, _ := strings.Cut(first.text, "://")
	hostEnds := len(l.parts) == 1 || strings.ContainsAny(afterScheme, "/?#")
	if err != nil || !isWebURL(u) || !hostEnds {
		return errors.New("link template does not begin with http:// or https:// and a host")
	}
	return nil
}

// isWebURL reports whether u is an http or https URL with a host and without a user.
func isWebURL(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// Uses reports whether the template contains a placeholder.
func (l LinkTemplate) Uses(placeholder string) bool {
	return slices.ContainsFunc(l.parts, func(part linkPart) bool { return part.placeholder == placeholder })
}

// link returns the link to a file, and whether all placeholders have a value.
func (l LinkTemplate) link(t *Transfer, folder string, folders FolderMode) (string, bool) {
	var link strings.Builder
	ofFile := t.PlaceholdersIn(folder, folders)
	for i, part := range l.parts {
		if part.placeholder == "" {
			link.WriteString(part.text)
			continue
		}
		value := linkValue(part.placeholder, t, ofFile)
		switch {
		case value == "":
			return "", false
		case i == 0:
		case part.placeholder == PlaceholderPath || part.placeholder == PlaceholderDir:
			value = percentEncoded(value, "/")
		default:
			value = percentEncoded(value, "")
		}
		link.WriteString(value)
	}
	u, err := url.Parse(link.String())
	return link.String(), err == nil && isWebURL(u)
}

// linkValue returns the value of a placeholder; "" if there is none.
func linkValue(placeholder string, t *Transfer, ofFile func(placeholder string) string) string {
	switch placeholder {
	case "id":
		return fileID(t)
	case "url":
		return t.Session.URL
	case "link":
		return t.Result.Link()
	default:
		return ofFile(placeholder)
	}
}

// fileID returns the server's ID of a file, or the last segment of its upload URL.
func fileID(t *Transfer) string {
	if t.Result != nil && t.Result.ID != "" {
		return t.Result.ID
	}
	u, err := url.Parse(t.Session.URL)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(path.Base("/"+u.Path), "/")
}

// percentEncoded encodes all bytes but the unreserved ones (RFC 3986, 2.3) and those that
// are to be kept.
func percentEncoded(value, keep string) string {
	var encoded strings.Builder
	for i := range len(value) {
		c := value[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~"+keep, c) >= 0 {
			encoded.WriteByte(c)
		} else {
			fmt.Fprintf(&encoded, "%%%02X", c)
		}
	}
	return encoded.String()
}

// Link returns the link to a finished file: by the server's template, or else the one that
// the server returned, or else the URL of the upload. It returns "" if there is none. Folder
// is that of the batch ([BatchOptions.Folder]); "" for none.
func Link(server Server, t *Transfer, folder string) string {
	if server.Options.LinkTemplate != "" {
		if template, err := ParseLinkTemplate(server.Options.LinkTemplate); err == nil {
			if link, ok := template.link(t, folder, server.Options.Folders); ok {
				return link
			}
		}
	}
	if link := t.Result.Link(); link != "" {
		return link
	}
	return t.Session.URL
}

// linkFields are the names of the fields of a JSON object that may have the link to a file.
var linkFields = []string{"url", "link", "href", "location", "publicUrl", "public_url", "downloadUrl", "download_url", "fileUrl", "file_url"}

// Link returns the link in the answer: the answer itself, or a field of the JSON object
// that it is. It returns "" if there is none. The receiver may be nil.
func (r *Result) Link() string {
	if r == nil {
		return ""
	}
	if isLink(r.Answer) {
		return r.Answer
	}
	var object map[string]any
	if !strings.HasPrefix(r.Answer, "{") || json.Unmarshal([]byte(r.Answer), &object) != nil {
		return ""
	}
	for _, fields := range []any{object, object["data"], object["file"], object["result"]} {
		fields, _ := fields.(map[string]any)
		for _, name := range linkFields {
			if link, _ := fields[name].(string); isLink(link) {
				return link
			}
		}
	}
	return ""
}

func isLink(text string) bool {
	if text == "" || len(text) > maxLink || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || !unicode.IsPrint(r) }) {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && isWebURL(u)
}
