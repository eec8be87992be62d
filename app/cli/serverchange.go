package cli

import (
	"slices"
	"strings"

	"github.com/ferryapp/ferry/app/instance"
	"github.com/ferryapp/ferry/uploader"
)

// changed returns a server with a change. What the change does not set stays.
func changed(s uploader.Server, c instance.ServerChange) uploader.Server {
	if c.Preset != nil {
		id := s.ID
		s = *c.Preset
		s.ID = id
	}
	set(&s.Name, c.Name)
	set(&s.Endpoint, c.Endpoint)
	set(&s.Access.CertificateFingerprint, c.Certificate)
	changeOptions(&s.Options, c)
	set(&s.Access.CA, c.CA)
	set(&s.Access.Certificate, c.ClientCert)
	set(&s.Access.Key, c.ClientKey)
	set(&s.Access.Proxy, c.Proxy)
	set(&s.Access.SignIn, c.SignIn)
	set(&s.Access.User, c.User)
	if s.Access.SignIn != uploader.SignInBasic {
		s.Access.User = ""
	}
	return s
}

func changeOptions(o *uploader.ServerOptions, c instance.ServerChange) {
	set(&o.ChunkMin, c.ChunkMin)
	set(&o.ChunkMax, c.ChunkMax)
	set(&o.ChunkMultiple, c.ChunkMultiple)
	set(&o.Connections, c.Connections)
	set(&o.MaxFiles, c.MaxFiles)
	set(&o.Limit, c.Limit)
	set(&o.GivenURL, c.GivenURL)
	set(&o.MethodOverride, c.MethodOverride)
	set(&o.Checksums, c.Checksums)
	set(&o.OneRequest, c.OneRequest)
	set(&o.UploadPath, c.UploadPath)
	set(&o.Folders, c.Folders)
	set(&o.OverwriteHeader, c.OverwriteHeader)
	set(&o.OverwriteQuery, c.OverwriteQuery)
	set(&o.LinkTemplate, c.LinkTemplate)
	set(&o.IDHeaders, c.IDHeaders)
	if c.NoMetadata {
		o.Metadata = ""
	}
	o.Metadata = mergeMetadata(o.Metadata, c.Metadata)
	if c.NoHosts {
		o.AllowedHosts = ""
	}
	o.AllowedHosts = mergeHosts(o.AllowedHosts, strings.Join(c.Hosts, " "))
}

func set[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

// mergeMetadata returns a metadata template with more lines, which replace those of the same
// key.
func mergeMetadata(template string, lines []string) string {
	if len(lines) == 0 {
		return template
	}
	var merged []string
	for _, line := range append(strings.Split(template, "\n"), lines...) {
		key := metadataKey(line)
		if key == "" {
			continue
		}
		merged = append(slices.DeleteFunc(merged, func(other string) bool { return metadataKey(other) == key }), strings.TrimSpace(line))
	}
	return strings.Join(merged, "\n")
}

// mergeHosts returns allowed hosts with more, as in uploader.ServerOptions.AllowedHosts.
func mergeHosts(allowed, more string) string {
	all := strings.Fields(allowed)
	for host := range strings.FieldsSeq(more) {
		if !slices.Contains(all, host) {
			all = append(all, host)
		}
	}
	return strings.Join(all, " ")
}
