package cli

import (
	"context"
	"strings"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
)

// checkHosts returns an error unless all hosts of --allow-host are valid. They are for the
// server of --to.
func checkHosts(to string, hosts []string) error {
	if len(hosts) > 0 && to == "" {
		return usageError("cli.usage.allow-host.to", nil)
	}
	_, err := parseHosts(hosts)
	return err
}

// parseHosts returns hosts in the form of uploader.ServerOptions.AllowedHosts.
func parseHosts(hosts []string) (string, error) {
	parsed := make([]string, len(hosts))
	for i, host := range hosts {
		var err error
		if parsed[i], err = netx.ParseHost(host); err != nil {
			return "", usageError("cli.usage.allow-host", words.Data{"Host": words.Printable(host)})
		}
	}
	return strings.Join(parsed, " "), nil
}

// allow saves that a server may use hosts as well, unless it is saved already. hosts is
// the result of parseHosts. The engine then sends what has waited for that.
func (x *Executor) allow(ctx context.Context, server uploader.Server, hosts string) error {
	allowed := mergeHosts(server.Options.AllowedHosts, hosts)
	if server.Builtin() || allowed == server.Options.AllowedHosts {
		return nil
	}
	server.Options.AllowedHosts = allowed
	return x.Engine.Do(ctx, uploader.SaveServer{Server: server})
}
