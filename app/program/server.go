package program

import (
	"context"
	"errors"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/instance"
)

// server runs the command about servers in the invocation.
func (c command) server(ctx context.Context, i cli.Invocation) error {
	switch {
	case i.ServerList != nil:
		return c.listServers(ctx, *i.ServerList)
	case i.ServerAdd != nil:
		return c.addServer(ctx, i.ServerAdd)
	case i.ServerEdit != nil:
		return c.editServer(ctx, i.ServerEdit)
	case i.ServerTest != nil:
		return c.testServer(ctx, i.ServerTest)
	default:
		remove := i.ServerRemove
		return c.serverJob(ctx, instance.Request{Command: instance.RemoveServer, To: remove.Server, Force: remove.Force}, remove.JSON)
	}
}

func (c command) addServer(ctx context.Context, s *cli.ServerAdd) error {
	s.Advise(c.streams.Err)
	if err := s.ReadSecrets(ctx, &s.Change, c.streams); err != nil {
		return err
	}
	return c.serverJob(ctx, instance.Request{Command: instance.AddServer, Server: s.Change, Force: s.Force}, s.JSON)
}

func (c command) editServer(ctx context.Context, s *cli.ServerEdit) error {
	if err := s.ReadSecrets(ctx, &s.Change, c.streams); err != nil {
		return err
	}
	return c.serverJob(ctx, instance.Request{Command: instance.EditServer, To: s.Server, Server: s.Change}, s.JSON)
}

func (c command) testServer(ctx context.Context, s *cli.ServerTest) error {
	headers, err := s.Read(s.Server, c.streams)
	if err != nil {
		return err
	}
	return c.serverJob(ctx, instance.Request{Command: instance.TestServer, To: s.Server, Headers: headers}, s.JSON)
}

// serverJob carries out a request about a server, in this process or in the instance that
// holds the profile.
func (c command) serverJob(ctx context.Context, request instance.Request, json bool) error {
	return c.runJob(ctx, job{request: request, style: cli.StyleFor(json, false)})
}

// listServers lists the servers, without an engine if no other instance has one.
func (c command) listServers(ctx context.Context, l cli.ServerList) error {
	printer := cli.NewPrinter(c.streams, cli.StyleFor(l.JSON, false))
	lock, err := c.lockOrCall(ctx, func() error {
		return instance.Call(ctx, c.profile.InstanceFile(), instance.Request{Command: instance.ListServers}, printer.PrintRaw)
	})
	if lock == nil {
		return printer.Finish(err)
	}
	saved, err := c.loadSaved(ctx)
	if err == nil {
		err = cli.ListSavedServers(saved, printer.Print)
	}
	return errors.Join(err, lock.Release())
}
