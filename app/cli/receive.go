package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/privatefile"
	"github.com/ferryapp/ferry/uploader/receiver"
)

// Serve prints the address of the built-in receiver and runs it until ctx ends.
// defaultDir is used unless the command names a folder.
func (r *Receive) Serve(ctx context.Context, defaultDir string, log *slog.Logger, streams Streams) error {
	dir := defaultDir
	if r.Dir != "" {
		dir = r.Dir
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fault.New(fault.LocalDisk, fault.Open, err)
	}
	server, err := receiver.Open(receiver.Config{Dir: dir, Listen: r.Listen, Log: log})
	if _, unsafe := errors.AsType[*privatefile.Error](err); unsafe || errors.Is(err, receiver.ErrInUse) {
		return err
	}
	if err != nil {
		log.Error("open receiver failed", "err", err)
		return userError("cli.receive.failed", words.Data{"Detail": words.Printable(err.Error())})
	}
	if err := r.printAddress(server, streams); err != nil {
		return errors.Join(err, server.Close())
	}
	return server.Serve(ctx)
}

func (r *Receive) printAddress(server *receiver.Receiver, streams Streams) error {
	if r.JSON {
		return json.NewEncoder(streams.Out).Encode(struct {
			Event string `json:"event"`
			URL   string `json:"url"`
			Dir   string `json:"dir"`
		}{"receiving", server.Endpoint(), server.Dir()})
	}
	_, err := fmt.Fprintln(streams.Out, words.Text("cli.receive", words.Data{"URL": server.Endpoint(), "Dir": words.Printable(server.Dir())}))
	return err
}
