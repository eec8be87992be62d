package cli

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ferryapp/ferry/app/words"
)

// setHelp replaces the variables in the tags by the help texts. Kong itself evaluates all
// variables for every flag, which took a third of the processor time of a start.
func setHelp(k *kong.Kong) error {
	texts := helpTexts()
	set := func(help *string) error {
		name, variable := strings.CutPrefix(*help, "${")
		if !variable {
			return nil
		}
		text, found := texts[strings.TrimSuffix(name, "}")]
		if !found {
			return fmt.Errorf("no help text %s", *help)
		}
		*help = strings.ReplaceAll(text, "$", "$$")
		return nil
	}
	return kong.Visit(k.Model, func(visited kong.Visitable, next kong.Next) error {
		switch v := visited.(type) {
		case *kong.Node:
			return next(set(&v.Help))
		case *kong.Value:
			return next(set(&v.Help))
		default:
			return next(nil)
		}
	})
}

// helpTexts returns the help texts in the current language by variable. In the tags, the
// dots and hyphens of the translation keys are underscores.
func helpTexts() map[string]string {
	texts := map[string]string{}
	for _, key := range []string{
		"help.help", "help.profile", "help.window", "help.hidden", "help.paths", "help.send", "help.to", "help.to.resume", "help.header", "help.header.file", "help.allow.host",
		"help.fingerprint", "help.connections", "help.chunk", "help.limit", "help.settle", "help.follow-links", "help.again", "help.earlier", "help.changed", "help.exists", "help.name", "help.paths.send", "help.json", "help.quiet", "help.resume", "help.list", "help.all", "help.receive",
		"help.listen", "help.dir", "help.tls", "help.cert", "help.key", "help.auth.file", "help.max.size", "help.max.total", "help.expire", "help.keep.dots",
		"help.version", "help.licences",
		"help.server", "help.server.add", "help.server.list", "help.server.test", "help.server.edit", "help.server.remove", "help.server.presets",
		"help.preset", "help.set", "help.metadata", "help.chunk.min", "help.chunk.max", "help.chunk.multiple", "help.given", "help.method.override", "help.checksums", "help.one-request",
		"help.upload-path", "help.folders", "help.overwrite-with", "help.link", "help.id-headers",
		"help.ca", "help.client.cert", "help.client.key", "help.proxy", "help.bearer", "help.user", "help.server.name", "help.files", "help.urls", "help.per.file",
		"help.add.force", "help.remove.force", "help.header.saved", "help.header.file.saved", "help.server.url", "help.server.arg", "help.edit.url", "help.no-sign-in",
	} {
		texts[strings.NewReplacer(".", "_", "-", "_").Replace(key)] = words.Text(key)
	}
	return texts
}
