package servers

import (
	"context"
	"errors"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Access tests servers and stores their secrets. It combines a *connect.Connector and the
// *platform.AppKeyring that the connector reads.
type Access interface {
	Test(ctx context.Context, server uploader.Server, secrets *connect.Secrets) (uploader.ServerTest, error)
	WithLimits(ctx context.Context, server uploader.Server, secrets *connect.Secrets) uploader.Server
	Storage(ctx context.Context) platform.Storage
	Unlock(ctx context.Context, passphrase string) error
	SetForRun(ctx context.Context, name, secret string) error
	platform.Keyring
}

// headerText returns the text for an error of [connect.ParseHeader].
func headerText(err error) string {
	headerErr, _ := errors.AsType[*connect.HeaderError](err)
	switch {
	case headerErr != nil && headerErr.Reason == connect.HeaderReserved:
		return words.Text("server.headers.reserved", words.Data{"Name": words.Printable(headerErr.Name)})
	case headerErr != nil && headerErr.Reason == connect.HeaderRepeated:
		return words.Text("server.headers.repeated", words.Data{"Name": words.Printable(headerErr.Name)})
	default:
		return words.Text("server.headers.invalid")
	}
}
