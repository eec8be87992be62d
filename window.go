package main

import (
	"context"
	"encoding/json"

	"github.com/ferryapp/ferry/app"
	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/instance"
)

// window shows the window, or brings up the one that is there already; either
// way with the files typed.
func (w work) window(ctx context.Context, typed cli.Window) error {
	paths, err := absolute(typed.Paths)
	if err != nil {
		return err
	}
	lock, err := w.enter(ctx, func() error {
		nothing := func(json.RawMessage) error { return nil }
		return instance.Call(ctx, w.profile.Meeting(), instance.Request{Command: instance.Show, Paths: paths}, nothing)
	})
	if lock == nil {
		return err
	}
	requests := make(chan app.Request, 1)
	show := func(ctx context.Context, paths []string) error {
		select {
		case requests <- app.Request{Paths: paths}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s, err := open(ctx, w, lock, options{show: show})
	if err != nil {
		return err
	}
	if len(paths) > 0 {
		requests <- app.Request{Paths: paths}
	}
	received := w.profile.Received
	if s.deaf != nil {
		received = ""
	}
	return s.close(app.Run(ctx, app.Config{
		Engine: s.engine, Log: w.log, Hidden: typed.Hidden, Received: received, Requests: requests,
	}))
}
